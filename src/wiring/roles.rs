//! Which parts a process runs.

/// The workers, by the names that `--roles` takes.
pub const WORKERS: [&str; 17] = [
    "payment",
    "refunds",
    "sweeper",
    "processing",
    "indexer",
    "couriers",
    "deliveries",
    "lateness",
    "carts",
    "notifier",
    "activity",
    "records",
    "trends",
    "recommender",
    "retention",
    "relay",
    "archiver",
];

/// Whether this process answers requests.
pub fn serves_api(roles: &[String]) -> bool {
    roles.iter().any(|r| r == "all" || r == "api")
}

/// Whether this process runs a worker.
pub fn runs(roles: &[String], worker: &str) -> bool {
    roles.iter().any(|r| r == "all" || r == "workers" || r == worker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_choose_parts() {
        let roles = |r: &[&str]| r.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>();
        assert!(serves_api(&roles(&["all"])) && runs(&roles(&["all"]), "sweeper"));
        assert!(serves_api(&roles(&["api"])) && !runs(&roles(&["api"]), "sweeper"));
        assert!(!serves_api(&roles(&["workers"])) && runs(&roles(&["workers"]), "sweeper"));
        assert!(runs(&roles(&["api", "sweeper"]), "sweeper") && !runs(&roles(&["sweeper"]), "payment"));
    }
}
