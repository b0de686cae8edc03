//! What both Rust workers of the interop tests share: the JSON lines on standard input and output,
//! the bytes that travel through channels, and waits that last until the test releases them.

use std::collections::HashMap;
use std::future::Future;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::oneshot;

/// Prints one event or answer.
pub fn say(message: Value) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{message}").and_then(|()| output.flush()).expect("the test has gone");
}

/// The same bytes in every language: 251 is prime, so a lost or swapped 64 KiB piece shows.
pub fn pattern(bytes: u64, seed: u64) -> Vec<u8> {
    (0..bytes).map(|at| ((at + seed) % 251) as u8).collect()
}

pub fn checksum(data: &[u8], texts: &[String]) -> Value {
    let hex: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "bytes": data.len(), "sha256": hex, "texts": texts })
}

/// What a failed command prints.
pub struct Failure {
    pub code: String,
    pub message: String,
    pub stacktrace: Option<String>,
}

impl Failure {
    pub fn local(message: String) -> Self {
        Failure { code: "local".into(), message, stacktrace: None }
    }

    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "stacktrace": self.stacktrace })
    }
}

/// Where an end of a channel waits until the test releases it.
pub struct Pause {
    pub token: String,
    pub after: usize,
}

impl Pause {
    pub fn in_payload(data: &Value) -> Option<Self> {
        let token = data["pause"]["token"].as_str()?.to_string();
        Some(Pause { token, after: number(&data["pause"]["after"]) as usize })
    }

    pub fn event(&self) -> Value {
        json!({ "event": "halfway", "token": self.token })
    }
}

/// What waits until its token is released.
#[derive(Clone, Default)]
pub struct Holds(Arc<Mutex<HashMap<String, oneshot::Sender<()>>>>);

impl Holds {
    /// Prints the event once a release would be heard.
    pub async fn hold(&self, token: &str, event: Value) {
        let (release, released) = oneshot::channel();
        self.0.lock().unwrap().insert(token.to_string(), release);
        say(event);
        let _ = released.await;
    }

    pub fn release(&self, token: &str) {
        if let Some(release) = self.0.lock().unwrap().remove(token) {
            let _ = release.send(());
        }
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Obeys the commands, each in a task of its own, until the input ends or after `leave`.
pub async fn serve<Command, Answer>(command: Command)
where
    Command: Fn(String, Value) -> Answer + Clone + Send + 'static,
    Answer: Future<Output = Result<Value, Failure>> + Send,
{
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let request: Value = serde_json::from_str(&line).expect("a command is JSON");
        let command = command.clone();
        tokio::spawn(async move {
            let name = text(&request["command"]);
            let id = request["id"].clone();
            match command(name.clone(), request).await {
                Ok(result) => say(json!({ "id": id, "result": result })),
                Err(error) => say(json!({ "id": id, "error": error.to_json() })),
            }
            if name == "leave" {
                std::process::exit(0);
            }
        });
    }
}
