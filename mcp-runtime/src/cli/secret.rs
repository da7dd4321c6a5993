use std::fs::File;
use std::io::Read;

use crate::server::Error;

/// The largest file of secrets.
const LARGEST: u64 = 64 * 1024;

/// The values of a secret that has the environment variable `variable`: those `given` by it or by
/// its flag; otherwise the lines of the file that `variable` with `_FILE` behind it names, as
/// container hosts hand secrets over. What is in the file is never told.
///
/// # Errors
///
/// If both are given, or the file cannot be read.
pub(super) fn values(variable: &str, given: &[String]) -> Result<Vec<String>, Error> {
    let twin = format!("{variable}_FILE");
    let Some(path) = std::env::var_os(&twin).filter(|path| !path.is_empty()) else {
        return Ok(given.to_vec());
    };
    if !given.is_empty() {
        let what = format!("{twin} is set, and so is {variable} or its flag: take one away");
        return Err(Error::one(what));
    }
    let cannot = |why: &str| Error::one(format!("{twin}: cannot read {}: {why}", path.display()));
    let mut text = String::new();
    File::open(&path)
        .and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text))
        .map_err(|error| cannot(&error.to_string()))?;
    if text.len() as u64 > LARGEST {
        return Err(cannot(&format!("it has more than {LARGEST} bytes")));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let values: Vec<_> = lines.map(str::to_owned).collect();
    if values.is_empty() { Err(cannot("it is empty")) } else { Ok(values) }
}
