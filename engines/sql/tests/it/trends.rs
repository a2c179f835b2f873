//! Trends on SQL.

use engine_sql::trends::SqlTrendStore;

use crate::support::contract_tests;

contract_tests!(trends on SqlTrendStore::new: the_newest_window_stays, counting_survives);
