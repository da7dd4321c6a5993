//! Notices the end of the process that started us.
//!
//! A client that is killed closes its pipes, but another process may hold them open. Linux could
//! send us a signal (`PR_SET_PDEATHSIG`), but does so when the *thread* that started us ends.

/// The process that started us, unless that is the system's first one.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Parent(Option<rustix::process::Pid>);

#[cfg(unix)]
impl Parent {
    pub(super) fn at_start() -> Self {
        Self(rustix::process::getppid().filter(|parent| !parent.is_init()))
    }

    /// Waits until it has ended; forever if there is none.
    pub(in super::super) async fn death(self) {
        let Some(parent) = self.0 else { return std::future::pending().await };
        #[cfg(target_os = "linux")]
        let _ = ended(parent).await;
        // Whoever is left without a parent gets another one, so this decides on every system.
        while rustix::process::getppid() == Some(parent) {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
}

/// Waits for the end of a process; an error at once if the kernel does not tell of it.
#[cfg(target_os = "linux")]
async fn ended(process: rustix::process::Pid) -> std::io::Result<()> {
    use rustix::process::{PidfdFlags, getppid, pidfd_open};
    use tokio::net::unix::pipe;

    // No pipe, but all we want is to be woken when it has something to read: when the process ends.
    let end = pipe::Receiver::from_owned_fd_unchecked(pidfd_open(process, PidfdFlags::NONBLOCK)?)?;
    // It may have ended before, and its number may be another's by now.
    if getppid() == Some(process) {
        end.readable().await?;
    }
    Ok(())
}

/// Elsewhere the end of stdin has to do.
#[cfg(not(unix))]
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Parent;

#[cfg(not(unix))]
impl Parent {
    pub(super) fn at_start() -> Self {
        Self
    }

    pub(in super::super) async fn death(self) {
        std::future::pending().await
    }
}
