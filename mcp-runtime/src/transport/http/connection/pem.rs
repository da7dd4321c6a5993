//! Certificates and keys as text files (RFC 7468), with the place of what is wrong in one.

use std::fs;
use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject, SectionKind};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::server::Error;

/// What a section begins with.
const BEGIN: &str = "-----BEGIN ";

/// A file that a flag names, in sections.
struct PemFile<'a> {
    flag: &'a str,
    path: &'a Path,
    sections: Vec<(SectionKind, Vec<u8>)>,
}

/// The certificates of a file, in its order.
pub(super) fn certificates(flag: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let file = PemFile::read(flag, path)?;
    let of_kind = |(kind, der): &(_, Vec<u8>)| CertificateDer::from_pem(*kind, der.clone());
    let chain: Vec<_> = file.sections.iter().filter_map(of_kind).collect();
    if chain.is_empty() {
        return Err(file.lacks("certificate", "CERTIFICATE"));
    }
    Ok(chain)
}

/// The first key of a file.
pub(super) fn private_key(flag: &str, path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let file = PemFile::read(flag, path)?;
    let of_kind = |(kind, der): &(_, Vec<u8>)| PrivateKeyDer::from_pem(*kind, der.clone());
    let key = file.sections.iter().find_map(of_kind);
    key.ok_or_else(|| file.lacks("private key without a passphrase", "PRIVATE KEY"))
}

impl<'a> PemFile<'a> {
    fn read(flag: &'a str, path: &'a Path) -> Result<Self, Error> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| {
            Error::one(format!("{flag} {shown}: {error}; give a PEM file that the server may read"))
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let mut sections = Vec::new();
        for (line, section) in split(&text) {
            match <(SectionKind, Vec<u8>)>::from_pem_slice(section.as_bytes()) {
                Ok(section) => sections.push(section),
                Err(pem::Error::NoItemsFound) => {} // of a kind that is not for us
                Err(_) => {
                    return Err(Error::one(format!(
                        "{flag} {shown}:{line}: the section that begins here is damaged; copy the \
                         file again, whole"
                    )));
                }
            }
        }
        Ok(Self { flag, path, sections })
    }

    fn lacks(&self, what: &str, label: &str) -> Error {
        let (flag, path) = (self.flag, self.path.display());
        Error::one(format!(
            "{flag} {path}: there is no {what} in it; give a PEM file with a section \
             `{BEGIN}{label}-----`"
        ))
    }
}

/// The sections of a text, each with the number of its first line.
fn split(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut sections: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with(BEGIN) {
            sections.push((index + 1, String::new()));
        }
        if let Some((_, section)) = sections.last_mut() {
            section.push_str(line);
            section.push('\n');
        }
    }
    sections.into_iter()
}
