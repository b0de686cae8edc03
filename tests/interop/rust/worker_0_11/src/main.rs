//! The worker of the interop tests on the Rust package 0.11.6. It serves the functions and obeys
//! the commands that every test worker knows (README.md lists both).

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use commands::{checksum, number, pattern, say, text, Failure, Holds};
use iii_sdk::{
    extract_channel_refs, register_worker, ChannelReader, ChannelWriter, IIIError, InitOptions,
    RegisterFunctionMessage, RegisterTriggerInput, RegisterTriggerType, StreamChannelRef, Trigger,
    TriggerAction, TriggerConfig, TriggerHandler, TriggerRequest, WorkerMetadata, III,
};
use serde_json::{json, Value};

#[derive(Clone)]
struct Worker {
    client: III,
    name: String,
    url: String,
    holds: Holds,
    /// What this worker asked for: our number and the handle.
    bindings: Arc<Mutex<HashMap<u64, Trigger>>>,
    bound: Bound,
}

/// What others asked of this worker's trigger type, by trigger id.
#[derive(Clone, Default)]
struct Bound(Arc<Mutex<HashMap<String, TriggerConfig>>>);

#[async_trait]
impl TriggerHandler for Bound {
    async fn register_trigger(&self, trigger: TriggerConfig) -> Result<(), IIIError> {
        if let Some(reason) = trigger.config["reject"].as_str() {
            return Err(IIIError::Handler(reason.to_string()));
        }
        self.0.lock().unwrap().insert(trigger.id.clone(), trigger.clone());
        say(json!({
            "event": "bound",
            "trigger": trigger.id,
            "function": trigger.function_id,
            "config": trigger.config,
            "metadata": trigger.metadata,
        }));
        Ok(())
    }

    async fn unregister_trigger(&self, trigger: TriggerConfig) -> Result<(), IIIError> {
        self.0.lock().unwrap().remove(&trigger.id);
        say(json!({ "event": "unbound", "trigger": trigger.id }));
        Ok(())
    }
}

fn failure(error: IIIError) -> Failure {
    match error {
        IIIError::Remote { code, message, stacktrace } => Failure { code, message, stacktrace },
        IIIError::Timeout => {
            Failure { code: "TIMEOUT".into(), message: error.to_string(), stacktrace: None }
        }
        other => Failure::local(other.to_string()),
    }
}

async fn read_all(reader: &ChannelReader) -> Result<Value, IIIError> {
    let texts = Arc::new(Mutex::new(Vec::new()));
    let seen = texts.clone();
    reader.on_message(move |text| seen.lock().unwrap().push(text)).await;
    let data = reader.read_all().await?;
    let texts = texts.lock().unwrap().clone();
    Ok(checksum(&data, &texts))
}

async fn write_all(writer: &ChannelWriter, what: &Value) -> Result<Value, IIIError> {
    let data = pattern(number(&what["bytes"]), number(&what["seed"]));
    writer.send_message(&text(&what["text"])).await?;
    writer.write(&data).await?;
    writer.close().await?;
    Ok(checksum(&data, &[text(&what["text"])]))
}

fn channel_end(data: &Value, field: &str) -> Result<StreamChannelRef, IIIError> {
    extract_channel_refs(data)
        .into_iter()
        .find(|(path, _)| path == field)
        .map(|(_, end)| end)
        .ok_or_else(|| IIIError::Handler(format!("no channel in {field}")))
}

impl Worker {
    fn serve<Handler, Answer>(&self, function: &str, handler: Handler)
    where
        Handler: Fn(Worker, Value) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, IIIError>> + Send + 'static,
    {
        let worker = self.clone();
        let message = RegisterFunctionMessage::with_id(format!("{}::{function}", self.name));
        self.client.register_function((message, move |data| handler(worker.clone(), data)));
    }

    fn serve_all(&self) {
        self.serve(
            "echo",
            |worker, data| async move { Ok(json!({ "by": worker.name, "data": data })) },
        );
        self.serve("nothing", |_, _| async { Ok(Value::Null) });
        self.serve("fail", |_, data| async move {
            Err(IIIError::Handler(format!("boom {}", text(&data["token"]))))
        });
        self.serve("refuse", |_, data| async move {
            Err(IIIError::Remote {
                code: "interop_refused".into(),
                message: format!("refused {}", text(&data["token"])),
                stacktrace: Some("line 7 of the policy".into()),
            })
        });
        self.serve("note", |_, data| async move {
            say(json!({ "event": "noted", "token": data["token"] }));
            Ok(json!("a void caller never sees this"))
        });
        self.serve("metadata", |_, _| async { Ok(json!({ "metadata": null })) });
        self.serve("sink", |worker, data| async move {
            read_all(&ChannelReader::new(&worker.url, &channel_end(&data, "reader")?)).await
        });
        self.serve("source", |worker, data| async move {
            let writer = ChannelWriter::new(&worker.url, &channel_end(&data, "writer")?);
            write_all(&writer, &data).await
        });
        self.serve("hold", |worker, data| async move {
            Ok(worker.holds.hold(data["token"].clone()).await)
        });
        self.serve("fired", |_, data| async move {
            say(json!({ "event": "fired", "token": data["token"], "metadata": null }));
            Ok(json!({ "seen": data["token"] }))
        });
        self.client.register_trigger_type(RegisterTriggerType::new(
            format!("{}::type", self.name),
            "A trigger type of the interop tests",
            self.bound.clone(),
        ));
    }

    async fn call(&self, function_id: String, payload: Value) -> Result<Value, IIIError> {
        let request = TriggerRequest { function_id, payload, action: None, timeout_ms: None };
        self.client.trigger(request).await
    }

    async fn obey(self, command: String, request: Value) -> Result<Value, Failure> {
        self.run(&command, request).await.map_err(failure)
    }

    async fn run(&self, command: &str, request: Value) -> Result<Value, IIIError> {
        let function_id = text(&request["function_id"]);
        match command {
            "call" | "void" => {
                let action = (command == "void").then_some(TriggerAction::Void);
                let payload = request["payload"].clone();
                let timeout_ms = request["timeout_ms"].as_u64();
                let call = TriggerRequest { function_id, payload, action, timeout_ms };
                return self.client.trigger(call).await;
            }
            "register" => {
                for i in 0..number(&request["count"]) {
                    self.serve(&format!("many::{i}"), move |_, _| async move { Ok(json!(i)) });
                }
            }
            "calls" => return self.calls(&request).await,
            "bind" => {
                let trigger = self.client.register_trigger(RegisterTriggerInput {
                    trigger_type: text(&request["type"]),
                    function_id,
                    config: request["config"].clone(),
                    metadata: Some(request["metadata"].clone()),
                })?;
                self.bindings.lock().unwrap().insert(number(&request["binding"]), trigger);
            }
            "unbind" => {
                if let Some(trigger) =
                    self.bindings.lock().unwrap().remove(&number(&request["binding"]))
                {
                    trigger.unregister();
                }
            }
            "fire" => {
                let trigger = text(&request["trigger"]);
                let target = self.bound.0.lock().unwrap()[&trigger].function_id.clone();
                return self.call(target, request["payload"].clone()).await;
            }
            "send" => {
                let channel = self.client.create_channel(None).await?;
                let answer = self.call(function_id, json!({ "reader": channel.reader_ref }));
                let (sent, received) =
                    tokio::try_join!(write_all(&channel.writer, &request), answer)?;
                return Ok(json!({ "sent": sent, "received": received }));
            }
            "receive" => {
                let channel = self.client.create_channel(None).await?;
                let mut payload = request.clone();
                payload["writer"] = json!(channel.writer_ref);
                let answer = self.call(function_id, payload);
                let (received, sent) = tokio::try_join!(read_all(&channel.reader), answer)?;
                return Ok(json!({ "sent": sent, "received": received }));
            }
            "release" => self.holds.release(&request["token"]),
            "leave" => {
                let client = self.client.clone();
                let _ = tokio::task::spawn_blocking(move || client.shutdown()).await;
            }
            unknown => return Err(IIIError::Runtime(format!("unknown command {unknown}"))),
        }
        Ok(Value::Null)
    }

    async fn calls(&self, request: &Value) -> Result<Value, IIIError> {
        let calls: Vec<_> = request["numbers"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|i| {
                let worker = self.clone();
                let function_id = format!("{}{i}", text(&request["prefix"]));
                tokio::spawn(async move { worker.call(function_id, json!({})).await })
            })
            .collect();
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.map_err(|error| IIIError::Runtime(error.to_string()))??);
        }
        Ok(json!(results))
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (url, name) = (arguments[1].clone(), arguments[2].clone());
    let metadata = WorkerMetadata { name: name.clone(), ..WorkerMetadata::default() };
    let options = InitOptions { metadata: Some(metadata), ..InitOptions::default() };
    let worker = Worker {
        client: register_worker(&url, options),
        name,
        url,
        holds: Holds::default(),
        bindings: Arc::default(),
        bound: Bound::default(),
    };
    worker.serve_all();
    commands::serve(move |command, request| worker.clone().obey(command, request)).await;
    std::process::exit(0);
}
