//! The path rules of Windows, which are text only and therefore hold on any machine: every other meaning that Windows gives
//! to a path is refused before anything is opened.

use managed_identity_reqwest::core::{Error, Fault, FileErrorKind, Platform};

use crate::agent::HostileAgent;
use crate::machine::{assert_nothing_given_away, assert_path_refused, client_of};

const FOLDER: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";

/// The error of a client on Windows that is asked for this path.
async fn refused(path: &str) -> Error {
    let agent = HostileAgent::challenging(&[&format!("Basic realm={path}")]);
    let client = client_of(&agent, Platform::Windows).build().unwrap();
    let outcome = client.get_token("https://vault.azure.net").await;
    assert_nothing_given_away(&agent, outcome)
}

/// Refused as an attack, by whichever of the two that look at the path: the machine, or the reader of files.
fn assert_attack(error: &Error, path: &str) {
    match error {
        Error::CredentialFile { error: file, .. } => {
            assert_eq!((file.kind(), error.fault()), (FileErrorKind::OutsideDirectory, Fault::Security), "{path}");
        }
        error => assert_path_refused(error, path),
    }
}

#[tokio::test]
async fn a_path_to_another_machine_is_refused() {
    for path in [
        r"\\evil.test\share\x.key",
        r"//evil.test/share/x.key",
        r"\\127.0.0.1\C$\ProgramData\AzureConnectedMachineAgent\Tokens\x.key",
        r"\\evil.test@SSL@443\DavWWWRoot\x.key",
        r"\\?\UNC\evil.test\share\x.key",
        r"\??\UNC\evil.test\share\x.key",
    ] {
        assert_path_refused(&refused(path).await, path);
    }
}

#[tokio::test]
async fn a_path_into_the_name_space_of_devices_is_refused() {
    for prefix in [r"\\.\", r"\\?\", r"\??\", r"//./", r"//?/", r"\\?\GLOBALROOT\Device\HarddiskVolume1\"] {
        let path = format!("{prefix}{FOLDER}\\x.key");
        assert_path_refused(&refused(&path).await, &path);
    }
    for path in [r"\\.\pipe\x.key", r"\\.\PhysicalDrive0", r"\\.\C:\x.key", "CON", "NUL.key", "x.key"] {
        assert_path_refused(&refused(path).await, path);
    }
}

#[tokio::test]
async fn a_reserved_name_is_refused_whatever_its_extension() {
    for name in [
        "CON.key",
        "con.key",
        "PRN.key",
        "AUX.key",
        "NUL.key",
        "nul .key",
        "NUL.x.key",
        "CONIN$.key",
        "conout$.key",
        "COM1.key",
        "com9.key",
        "LPT1.key",
        "lpt3.x.key",
        "COM¹.key",
        "LPT³.key",
        "COM0.key",
    ] {
        let path = format!(r"{FOLDER}\{name}");
        let error = refused(&path).await;
        assert_attack(&error, &path);
    }
}

#[tokio::test]
async fn a_stream_of_a_file_is_refused() {
    for name in [
        r"\x.txt:hidden.key",
        r"\x.key:stream.key",
        r"\x.key::$DATA.key",
        r"\x:.key",
        r":stream.key",
        r"::$INDEX_ALLOCATION\x.key",
        r"\:x.key",
    ] {
        let path = format!("{FOLDER}{name}");
        assert_attack(&refused(&path).await, &path);
    }
    // Without the extension it is not even a candidate.
    let path = format!(r"{FOLDER}\x.key::$DATA");
    assert_path_refused(&refused(&path).await, &path);
}

#[tokio::test]
async fn cve_2024_35255_a_path_that_climbs_out_is_refused_with_either_separator() {
    for rest in [
        r"\..\x.key",
        r"/../x.key",
        r"\../x.key",
        r"/..\x.key",
        r"\..\Tokens\x.key",
        r"\below\x.key",
        r"\below/x.key",
        r"\.\x.key",
        r"\\x.key",
        r"\...\x.key",
        r"2\x.key",
        r"x.key",
        r"\x.key\",
        r"\x.key.",
        r"\x.key ..",
    ] {
        let path = format!("{FOLDER}{rest}");
        assert_path_refused(&refused(&path).await, &path);
    }
    for path in [
        r"D:\ProgramData\AzureConnectedMachineAgent\Tokens\x.key",
        r"C:ProgramData\AzureConnectedMachineAgent\Tokens\x.key",
        r"\ProgramData\AzureConnectedMachineAgent\Tokens\x.key",
        r"%ProgramData%\AzureConnectedMachineAgent\Tokens\x.key",
        r"C:\PROGRA~3\AzureConnectedMachineAgent\Tokens\x.key",
        r"C:\Windows\System32\config\SAM",
        "/var/opt/azcmagent/tokens/x.key",
    ] {
        assert_path_refused(&refused(path).await, path);
    }
}
