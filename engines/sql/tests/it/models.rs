//! Models of recommendations on SQL.

use engine_sql::models::SqlModelStore;

use crate::support::contract_tests;

contract_tests!(recommendations on SqlModelStore::new: a_model_is_read_as_written, a_half_written_model_is_never_served,
    two_may_learn_at_once, a_model_can_be_taken_back);
