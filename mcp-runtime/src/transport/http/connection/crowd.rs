//! Memory goes back to the system when a crowd of connections has gone.
//!
//! A connection is a few kilobytes in a dozen pieces, of which malloc keeps some for the next one.
//! Each that is kept holds the pages around it, and the next crowd, laid out otherwise, touches new
//! ones: without this a server grows by a quarter from its first crowd to its third.

/// Fewer connections than this leave nothing worth looking for.
const CROWD: usize = 64;

/// How many there are, and when most of a crowd has gone.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    now: usize,
    /// The most there have been since the memory of a crowd was given back.
    most: usize,
}

impl Crowd {
    pub(super) fn len(&self) -> usize {
        self.now
    }

    pub(super) fn enter(&mut self) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    /// Whether so few are left that it is time to [`give_back`].
    pub(super) fn leave(&mut self) -> bool {
        self.now -= 1;
        let gone = self.most >= CROWD && self.now <= self.most / 4;
        if gone {
            self.most = self.now;
        }
        gone
    }
}

/// Has malloc give its free pages to the system. That takes it some milliseconds, which are no
/// connection's.
pub(super) fn give_back() {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn_blocking(trim));
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    #[expect(
        unsafe_code,
        reason = "glibc has no other door; it takes no pointer and may be called at any time"
    )]
    // SAFETY: an integer goes in, and the locks it takes are malloc's own.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators see to this by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many are left each time that memory is given back.
    fn gives_back(crowd: &mut Crowd, leave: usize) -> Vec<usize> {
        let left = (0..leave).map(|_| (crowd.leave(), crowd.len()));
        left.filter(|(is_time, _)| *is_time).map(|(_, left)| left).collect()
    }

    #[test]
    fn memory_is_given_back_as_a_crowd_gets_thin() {
        let mut crowd = Crowd::default();
        (0..1_000).for_each(|_| crowd.enter());
        assert_eq!(gives_back(&mut crowd, 1_000), [250, 62]);
        (0..1_000).for_each(|_| crowd.enter());
        assert_eq!(gives_back(&mut crowd, 900), [250], "and again after the next");
    }

    #[test]
    fn a_few_who_come_and_go_are_no_crowd() {
        let mut crowd = Crowd::default();
        for _ in 0..1_000 {
            (0..CROWD - 1).for_each(|_| crowd.enter());
            assert_eq!(gives_back(&mut crowd, CROWD - 1), [0; 0]);
        }
    }
}
