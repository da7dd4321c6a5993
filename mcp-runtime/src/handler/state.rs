/// What the state of a server has to be; generated code asks for it where a function takes some.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be state",
    label = "calls that run at the same time share it: has to be `Send + Sync`",
    note = "a trait says so itself, `trait Store: Send + Sync`, or where it is taken, `&(dyn Store + Send + Sync)`",
    note = "what changes goes into a `Mutex`, an `RwLock` or an atomic"
)]
pub trait State: Send + Sync + 'static {}

impl<T: ?Sized + Send + Sync + 'static> State for T {}
