//! Lines over stdin and stdout.
