//! What a terminal sends for a key.

/// The bytes of the key called `name`: `enter`, `down`, `ctrl-c`, or a single character. Programs may ask for the
/// `application` form of the arrows.
#[track_caller]
pub fn bytes(name: &str, application: bool) -> String {
    let arrow = |end: &str| format!("\x1b{}{end}", if application { 'O' } else { '[' });
    match name {
        "enter" => "\r".into(),
        "esc" => "\x1b".into(),
        "tab" => "\t".into(),
        "backtab" => "\x1b[Z".into(),
        "space" => " ".into(),
        "backspace" => "\x7f".into(),
        "delete" => "\x1b[3~".into(),
        "up" => arrow("A"),
        "down" => arrow("B"),
        "right" => arrow("C"),
        "left" => arrow("D"),
        "home" => arrow("H"),
        "end" => arrow("F"),
        "pageup" => "\x1b[5~".into(),
        "pagedown" => "\x1b[6~".into(),
        _ => match (name.strip_prefix("ctrl-").map(str::as_bytes), name.chars().count()) {
            (Some([letter @ b'a'..=b'z']), _) => char::from(letter - b'a' + 1).to_string(),
            (None, 1) => name.to_owned(),
            _ => panic!("no key is called `{name}`"),
        },
    }
}
