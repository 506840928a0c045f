//! A deployment of ACA-Py whose catalogue was imported, with a program that only says what it was given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::database::execute;
use super::deployment::{Deployment, Ran};
use super::fixtures;

/// Stands in for ACA-Py's program: it keeps what it was given, and records the version of its folder's name.
const ACA_PY: &str = r#"#!/bin/sh
own=$(basename "$(dirname "$0")")
case "$*" in
--version) echo "$own" ;;
"upgrade --help") echo "usage: aca-py upgrade [--named-tag <named_tag>]" ;;
"upgrade "*)
    { echo "ran $*"; cat; } >>log
    [ "$ACAPY_WALLET_KEY" = k1 ] || exit 1
    echo "v$own" >version
    ;;
*) exit 2 ;;
esac
"#;

/// A wallet whose catalogue was imported from a sample file.
#[derive(Debug)]
pub struct Wallet(pub Deployment);

impl Wallet {
    /// `recorded` is the version record; empty when there is none.
    pub fn of(file: &str, to: &str, recorded: &str) -> Wallet {
        let wallet = Wallet(Deployment::empty());
        let file = fixtures().join("acapy").join(file);
        wallet.import(&file.to_string_lossy(), &["--to", to]).exit(0);
        let store = wallet.0.home().join(".aries_cloudagent/wallet/w/sqlite.db");
        fs::create_dir_all(store.parent().expect("a folder")).expect("the wallet's folder");
        execute(&store, "create table items (id integer primary key)");
        let mut programs = String::new();
        for version in [to, recorded] {
            if !version.is_empty() {
                let program = wallet.0.home().join(version).join("aca-py");
                fs::create_dir_all(program.parent().expect("a folder")).expect("the program's folder");
                fs::write(&program, ACA_PY).expect("a program");
                fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
                programs += &format!("    {version}: {}\n", program.display());
            }
            if to == recorded {
                break;
            }
        }
        wallet.0.write("key", "k1\n").write("log", "");
        wallet.0.write("version", &if recorded.is_empty() { String::new() } else { format!("v{recorded}\n") });
        wallet.0.write(
            "stepwell.yaml",
            &format!(
                "format: 1\nsystem: acapy\ndeployment: wallet-test\nfacts:\n  home: {}\n  wallet: w\n  \
                 wallet_key: {{ file: key }}\n  agents: []\n  version_command: [cat, version]\n  aca_py:\n{programs}\
                 journal: file\n",
                wallet.0.home().display()
            ),
        );
        wallet
    }

    /// The sample that ACA-Py 0.12.8 comes with, which ends at 0.8.1.
    pub fn at(recorded: &str) -> Wallet {
        Wallet::of("default_version_upgrade_config.yml", "0.12.8", recorded)
    }

    pub fn catalogue(&self) -> PathBuf {
        self.0.catalogue().join("acapy")
    }

    pub fn import(&self, file: &str, args: &[&str]) -> Ran {
        let out = self.catalogue().to_string_lossy().into_owned();
        self.0.run(["import", "acapy", file, "--out", &out].into_iter().chain(args.iter().copied()))
    }

    /// The keys of the plan's runs of ACA-Py's program, without the one that records the version.
    #[track_caller]
    pub fn actions(&self, args: &[&str]) -> Vec<String> {
        let plan = self.plan(args);
        let steps = plan["steps"].as_array().expect("steps");
        let runs = steps.iter().filter(|step| step["work"].get("run").is_some() && step["key"] != "last/record");
        runs.map(|step| step["key"].as_str().expect("a key").to_owned()).collect()
    }

    #[track_caller]
    pub fn plan(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.0.run(["plan", "--json"].into_iter().chain(args.iter().copied())).exit(0);
        ran.json()["plan"].clone()
    }

    /// What the program was given.
    pub fn log(&self) -> String {
        fs::read_to_string(self.0.dir().join("log")).expect("the log")
    }

    pub fn recorded(&self) -> String {
        fs::read_to_string(self.0.dir().join("version")).expect("the version").trim().to_owned()
    }
}
