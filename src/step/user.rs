//! The users of this host, as the name service knows them.

/// A user as whom a program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
    pub home: String,
}

impl User {
    /// Looks a user up with `getent`, which also asks directories that /etc/passwd does not hold.
    ///
    /// # Errors
    /// A sentence: when there is no such user, or this process may not become it.
    pub fn named(name: &str) -> Result<User, String> {
        let output = std::process::Command::new("getent")
            .args(["passwd", "--", name])
            .stdin(std::process::Stdio::null())
            .output()
            .map_err(|e| format!("users cannot be looked up: getent: {e}"))?;
        let line = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        let user = parse(&line).ok_or_else(|| format!("there is no user `{name}` on this host"))?;
        let me = rustix::process::geteuid().as_raw();
        if me != 0 && me != user.uid {
            return Err(format!("only root may run a program as `{name}`: start stepwell with sudo"));
        }
        Ok(user)
    }
}

/// A line of passwd(5).
fn parse(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [_, _, uid, gid, _, home, _] = fields.as_slice() else { return None };
    Some(User { uid: uid.parse().ok()?, gid: gid.parse().ok()?, home: (*home).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_known_by_uid_group_and_home() {
        let user = parse("www-data:x:33:34:www-data:/var/www:/usr/sbin/nologin");
        assert_eq!(user, Some(User { uid: 33, gid: 34, home: "/var/www".into() }));
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_user_that_is_not_there_is_named() {
        let error = User::named("nobody-of-that-name").expect_err("is refused");
        assert!(error.contains("nobody-of-that-name"), "{error}");
    }
}
