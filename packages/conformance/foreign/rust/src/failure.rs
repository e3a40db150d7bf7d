use serde_json::Value;
use std::fmt::Debug;
use tokio::task::JoinError;

/// What the client has refused, or where it gave up.
pub struct Failure {
    /// Name of the library's error, or `panic`.
    pub name: String,
    pub message: String,
}

pub type Answer = Result<Value, Failure>;

impl Failure {
    pub fn no_command(name: &str) -> Failure {
        Failure {
            name: "NoCommand".to_string(),
            message: format!("no command {}", name),
        }
    }

    pub fn nothing_open(name: &str) -> Failure {
        Failure {
            name: "NothingOpen".to_string(),
            message: format!("{} was not opened here", name),
        }
    }

    pub fn panicked(error: JoinError) -> Failure {
        let cause = error.into_panic();
        let text = cause
            .downcast_ref::<String>()
            .cloned()
            .or(cause.downcast_ref::<&str>().map(|text| text.to_string()));
        Failure {
            name: "panic".to_string(),
            message: text.unwrap_or_default(),
        }
    }

    /// Named after the variant that the error is.
    pub fn of<E: Debug>(error: E) -> Failure {
        let message = format!("{:?}", error);
        let name = message
            .split(|letter: char| !letter.is_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_string();
        Failure { name, message }
    }
}
