//! Warehouses: bins and on-hand movements. Stock counts per (variant, warehouse) live in `inventory`, where receiving,
//! counts and write-offs are ledger rows; packing and shipping a line is a step of `orders`. Bins inside a warehouse are
//! not modelled yet, so this area has neither ports nor a service.
