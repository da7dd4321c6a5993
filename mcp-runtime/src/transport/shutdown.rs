use tokio::sync::watch;

/// Tells a transport to take no more requests, finish what runs, and return.
#[derive(Debug, Clone)]
pub(crate) struct Shutdown {
    requested: watch::Receiver<bool>,
}

/// The other end of a [`Shutdown`].
#[derive(Debug)]
pub(crate) struct ShutdownTrigger {
    requested: watch::Sender<bool>,
}

impl Shutdown {
    pub(crate) fn new() -> (ShutdownTrigger, Self) {
        let (sender, receiver) = watch::channel(false);
        (ShutdownTrigger { requested: sender }, Self { requested: receiver })
    }

    /// Waits until it is requested; forever if the trigger is gone without having been pulled.
    pub(crate) async fn requested(&mut self) {
        if self.requested.wait_for(|requested| *requested).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl ShutdownTrigger {
    pub(crate) fn pull(&self) {
        self.requested.send_replace(true);
    }
}
