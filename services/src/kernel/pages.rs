//! Pages of long lists: forwards or backwards from a position in the list's own order, never by offset.

/// Which part of a list is wanted. `K` is a position: what the list is ordered by, unique in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window<K> {
    /// The first `limit` rows after a position, or from the beginning.
    Forwards {
        /// Continue after this row.
        after: Option<K>,
        /// At most so many rows.
        limit: usize,
    },
    /// The last `limit` rows before a position, or up to the end; still in the list's order.
    Backwards {
        /// Stop before this row.
        before: Option<K>,
        /// At most so many rows.
        limit: usize,
    },
}

impl<K> Window<K> {
    /// At most so many rows.
    pub fn limit(&self) -> usize {
        match self {
            Self::Forwards { limit, .. } | Self::Backwards { limit, .. } => *limit,
        }
    }
}

/// A part of a list, in the list's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// More after the last row.
    pub has_next: bool,
    /// More before the first row.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// A page without rows.
    pub const fn empty() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
    /// From up to `limit + 1` rows fetched in the direction of the window (backwards: nearest first); the surplus row
    /// only tells that there are more.
    pub fn from_surplus<K>(mut rows: Vec<T>, window: &Window<K>) -> Self {
        let more = rows.len() > window.limit();
        rows.truncate(window.limit());
        match window {
            Window::Forwards { after, .. } => Self { rows, has_next: more, has_previous: after.is_some() },
            Window::Backwards { before, .. } => {
                rows.reverse();
                Self { rows, has_next: before.is_some(), has_previous: more }
            }
        }
    }
    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), has_next: self.has_next, has_previous: self.has_previous }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surplus_row_is_dropped_and_told() {
        let p = Page::from_surplus(vec![1, 2, 3], &Window::Forwards { after: Some(0), limit: 2 });
        assert_eq!(p, Page { rows: vec![1, 2], has_next: true, has_previous: true });
        let p = Page::from_surplus(vec![9, 8, 7], &Window::<i32>::Backwards { before: None, limit: 2 });
        assert_eq!(p, Page { rows: vec![8, 9], has_next: false, has_previous: true });
    }
}
