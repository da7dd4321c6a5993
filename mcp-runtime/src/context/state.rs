use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// The values functions take as `&T`, one of each type.
#[derive(Default, Clone)]
pub(crate) struct States {
    /// A handful: looked through.
    by_type: Vec<(TypeId, Arc<dyn Any + Send + Sync>)>,
}

impl States {
    /// Adds `state`; the one of the same type before it, if any, is replaced. It is kept as the
    /// `Arc` it is, because `dyn Any` needs a size and a trait has none.
    pub(crate) fn insert<T: ?Sized + Send + Sync + 'static>(&mut self, state: Arc<T>) {
        self.by_type.retain(|(type_id, _)| *type_id != TypeId::of::<T>());
        self.by_type.push((TypeId::of::<T>(), Arc::new(state)));
    }

    fn find<T: ?Sized + 'static>(&self) -> Option<&Arc<T>> {
        let (_, state) = self.by_type.iter().find(|(type_id, _)| *type_id == TypeId::of::<T>())?;
        state.downcast_ref()
    }

    /// The same for who outlives the server.
    pub(crate) fn shared<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.find().cloned()
    }

    pub(crate) fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<&T> {
        self.find().map(|state| &**state)
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = TypeId> {
        self.by_type.iter().map(|(type_id, _)| *type_id)
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.by_type.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_found_by_its_type_or_trait() {
        trait Greets: Send + Sync {
            fn greet(&self) -> String;
        }
        impl Greets for u8 {
            fn greet(&self) -> String {
                format!("hello {self}")
            }
        }
        let mut states = States::default();
        states.insert(Arc::new(7_u32));
        states.insert::<dyn Greets>(Arc::new(3_u8));
        assert_eq!(states.get::<u32>(), Some(&7));
        assert_eq!(states.get::<u64>(), None);
        assert_eq!(states.get::<dyn Greets>().map(Greets::greet).as_deref(), Some("hello 3"));
    }
}
