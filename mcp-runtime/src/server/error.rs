use std::fmt;

/// Why a server cannot start or had to stop: every mistake it found, one a line.
pub struct Error {
    mistakes: Vec<String>,
}

impl Error {
    pub(crate) fn new(mistakes: Vec<String>) -> Self {
        Self { mistakes }
    }

    /// The second, if both went well; else what is wrong with either.
    pub(crate) fn both<T>(first: Result<(), Self>, second: Result<T, Self>) -> Result<T, Self> {
        match (first, second) {
            (Ok(()), second) => second,
            (Err(first), Ok(_)) => Err(first),
            (Err(mut first), Err(second)) => {
                first.mistakes.extend(second.mistakes);
                Err(first)
            }
        }
    }

    pub(crate) fn one(mistake: impl Into<String>) -> Self {
        Self::new(vec![mistake.into()])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistakes.join("\n"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.mistakes).finish()
    }
}

impl std::error::Error for Error {}
