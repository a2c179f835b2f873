//! The warehouses service.
