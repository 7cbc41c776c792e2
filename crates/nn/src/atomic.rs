//! Files that are written whole or not at all.

use crate::error::{Error, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::{Builder, NamedTempFile};

/// What files are called until they are whole.
const PREFIX: &str = ".chainrule-";
const SUFFIX: &str = ".part";
const HINT: &str = "give a path in a folder that can be written and has room";

/// Writes a file: to a new one beside it, synced, then renamed over it. Where that fails, what was there stays.
/// A pipe or a device is written straight away.
///
/// # Errors
/// The folder or the disk does not take it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let done = match special(path) {
        true => straight(path, bytes),
        false => beside(path, bytes).and_then(|(file, target)| {
            file.persist(&target).map_err(|e| e.error)?;
            sync_folder(&target)
        }),
    };
    done.map_err(|why| Error::file(path, "written", &why, HINT))
}

/// Does all of [`write()`] but the renaming, so that a place that can't take the bytes is known before they are made.
///
/// # Errors
/// As [`write()`].
pub fn rehearse(path: &Path, bytes: &[u8]) -> Result<()> {
    let done = match special(path) {
        true if pipe(path) => Ok(()),
        // Writing nothing asks a device whether it is full, and leaves no trace.
        true => OpenOptions::new().write(true).open(path).and_then(|mut file| file.write(&[])).map(drop),
        false => beside(path, bytes).map(drop),
    };
    done.map_err(|why| Error::file(path, "written", &why, HINT))
}

/// Removes what a process that was killed while writing into this folder has left behind. Nothing else may be writing there.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            // What can't be removed harms nobody.
            fs::remove_file(entry.path()).ok();
        }
    }
}

/// Whether there is something that a file must not be renamed over: `/dev/full`, a named pipe.
fn special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// A pipe can't be tried out: whoever reads it would take what is closed for the end.
#[cfg(unix)]
fn pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|m| m.file_type().is_fifo())
}

#[cfg(not(unix))]
fn pipe(_: &Path) -> bool {
    false
}

fn straight(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(bytes)?;
    // Devices have nothing to sync and say so.
    file.sync_all().or(Ok(()))
}

/// The bytes in a synced file in the folder of the target, and the target: links are followed. Dropped, it is removed.
fn beside(path: &Path, bytes: &[u8]) -> io::Result<(NamedTempFile, PathBuf)> {
    if path.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Asked before tempfile, which gives no more than the kind of a mistake.
    if !fs::metadata(folder)?.is_dir() {
        return Err(io::Error::other(format!("{} is no folder", folder.display())));
    }
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    readable(&mut builder, &target);
    let mut file = builder.tempfile_in(folder).map_err(plain)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok((file, target))
}

/// Without the name of the file beside it, which is nobody's business.
fn plain(why: io::Error) -> io::Error {
    match (why.raw_os_error(), why.kind()) {
        (Some(number), _) => io::Error::from_raw_os_error(number),
        // The folder itself is there: some, as /proc, take no new files.
        (None, kind @ io::ErrorKind::NotFound) => io::Error::new(kind, "the folder takes no new files"),
        (None, kind) => io::Error::new(kind, kind.to_string()),
    }
}

/// Temporary files are for their owner alone; this one becomes an ordinary file, with the rights of the one it replaces.
#[cfg(unix)]
fn readable(builder: &mut Builder<'_, '_>, target: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(target).map_or(0o666, |m| m.permissions().mode());
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn readable(_: &mut Builder<'_, '_>, _: &Path) {}

/// After this the new name survives a power cut.
fn sync_folder(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Some systems can't open or sync a folder; the file itself is safe.
    File::open(folder).and_then(|f| f.sync_all()).or(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w");
        rehearse(&path, b"first").unwrap();
        assert!(files(folder.path()).is_empty());
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(files(folder.path()), ["w"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_rights_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("w"), folder.path().join("link"));
        write(&path, b"first").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_ne!(mode(&path) & 0o044, 0, "others may read it, as the usual umask lets them");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn places_that_take_nothing_are_named_and_left_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_path_buf(), folder.path().join("none").join("w")] {
            for error in [rehearse(&path, b"x").unwrap_err(), write(&path, b"x").unwrap_err()] {
                assert_eq!(error.kind, Kind::File);
                let text = error.to_string();
                assert!(text.starts_with(&format!("{}: can't be written: ", path.display())), "{text}");
            }
        }
        assert!(files(folder.path()).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_the_device_stays_a_device() {
        use std::os::unix::fs::FileTypeExt;
        let full = Path::new("/dev/full");
        for error in [rehearse(full, b"x").unwrap_err(), write(full, b"x").unwrap_err()] {
            assert_eq!(error.kind, Kind::File);
            assert!(error.to_string().contains("no space left on device"), "{error}");
        }
        assert!(fs::metadata(full).unwrap().file_type().is_char_device());
        let error = write(Path::new("/proc/w"), b"x").unwrap_err().to_string();
        assert!(
            error.starts_with("/proc/w: can't be written: the folder takes no new files; hint: "),
            "{error}"
        );
    }
}
