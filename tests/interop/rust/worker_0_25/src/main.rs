//! The worker of the interop tests on the Rust package 0.25.0. It serves the functions and obeys
//! the commands that every test worker knows (README.md lists both).

// The trigger API is deprecated in 0.25, but an engine has to serve it.
#![allow(deprecated)]

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use commands::{checksum, number, pattern, say, text, Failure, Holds};
use iii_sdk::channel::{ChannelReader, ChannelWriter, StreamChannelRef};
use iii_sdk::helpers::{create_channel, extract_channel_refs};
use iii_sdk::protocol::{RegisterTriggerInput, TriggerRequest};
use iii_sdk::runtime::WorkerMetadata;
use iii_sdk::trigger::{Trigger, TriggerConfig, TriggerHandler};
use iii_sdk::{
    register_worker, Error, IIIClient, InitOptions, RegisterFunction, RegisterTriggerType,
    TriggerAction,
};
use serde_json::{json, Value};

#[derive(Clone)]
struct Worker {
    client: IIIClient,
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
    async fn register_trigger(&self, trigger: TriggerConfig) -> Result<(), Error> {
        if let Some(reason) = trigger.config["reject"].as_str() {
            return Err(Error::Handler(reason.to_string()));
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

    async fn unregister_trigger(&self, trigger: TriggerConfig) -> Result<(), Error> {
        self.0.lock().unwrap().remove(&trigger.id);
        say(json!({ "event": "unbound", "trigger": trigger.id }));
        Ok(())
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Remote { code, message, stacktrace } => Failure { code, message, stacktrace },
        Error::Timeout => {
            Failure { code: "TIMEOUT".into(), message: error.to_string(), stacktrace: None }
        }
        other => Failure::local(other.to_string()),
    }
}

async fn read_all(reader: &ChannelReader) -> Result<Value, Error> {
    let texts = Arc::new(Mutex::new(Vec::new()));
    let seen = texts.clone();
    reader.on_message(move |text| seen.lock().unwrap().push(text)).await;
    let data = reader.read_all().await?;
    let texts = texts.lock().unwrap().clone();
    Ok(checksum(&data, &texts))
}

async fn write_all(writer: &ChannelWriter, what: &Value) -> Result<Value, Error> {
    let data = pattern(number(&what["bytes"]), number(&what["seed"]));
    writer.send_message(&text(&what["text"])).await?;
    writer.write(&data).await?;
    writer.close().await?;
    Ok(checksum(&data, &[text(&what["text"])]))
}

fn channel_end(data: &Value, field: &str) -> Result<StreamChannelRef, Error> {
    extract_channel_refs(data)
        .into_iter()
        .find(|(path, _)| path == field)
        .map(|(_, end)| end)
        .ok_or_else(|| Error::Handler(format!("no channel in {field}")))
}

impl Worker {
    fn serve<Handler, Answer>(&self, function: &str, handler: Handler)
    where
        Handler: Fn(Worker, Value, Option<Value>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, Error>> + Send + 'static,
    {
        let worker = self.clone();
        let registration = RegisterFunction::new_async(move |data: Value, metadata| {
            handler(worker.clone(), data, metadata)
        });
        self.client.register_function(format!("{}::{function}", self.name), registration);
    }

    fn serve_all(&self) {
        self.serve("echo", |worker, data, _| async move {
            Ok(json!({ "by": worker.name, "data": data }))
        });
        self.serve("nothing", |_, _, _| async { Ok(Value::Null) });
        self.serve("fail", |_, data, _| async move {
            Err(Error::Handler(format!("boom {}", text(&data["token"]))))
        });
        self.serve("refuse", |_, data, _| async move {
            Err(Error::Remote {
                code: "interop_refused".into(),
                message: format!("refused {}", text(&data["token"])),
                stacktrace: Some("line 7 of the policy".into()),
            })
        });
        self.serve("note", |_, data, _| async move {
            say(json!({ "event": "noted", "token": data["token"] }));
            Ok(json!("a void caller never sees this"))
        });
        self.serve("metadata", |_, _, metadata| async move { Ok(json!({ "metadata": metadata })) });
        self.serve("sink", |worker, data, _| async move {
            read_all(&ChannelReader::new(&worker.url, &channel_end(&data, "reader")?)).await
        });
        self.serve("source", |worker, data, _| async move {
            let writer = ChannelWriter::new(&worker.url, &channel_end(&data, "writer")?);
            write_all(&writer, &data).await
        });
        self.serve("hold", |worker, data, _| async move {
            Ok(worker.holds.hold(data["token"].clone()).await)
        });
        self.serve("fired", |_, data, metadata| async move {
            say(json!({ "event": "fired", "token": data["token"], "metadata": metadata }));
            Ok(json!({ "seen": data["token"] }))
        });
        self.client.register_trigger_type(RegisterTriggerType::new(
            format!("{}::type", self.name),
            "A trigger type of the interop tests",
            self.bound.clone(),
        ));
    }

    async fn call(&self, function_id: String, payload: Value) -> Result<Value, Error> {
        self.client.trigger(TriggerRequest::new(function_id, payload)).await
    }

    async fn obey(self, command: String, request: Value) -> Result<Value, Failure> {
        self.run(&command, request).await.map_err(failure)
    }

    async fn run(&self, command: &str, request: Value) -> Result<Value, Error> {
        let function_id = text(&request["function_id"]);
        match command {
            "call" | "void" => {
                let action = (command == "void").then_some(TriggerAction::Void);
                let payload = request["payload"].clone();
                let timeout_ms = request["timeout_ms"].as_u64();
                let call = TriggerRequest { function_id, payload, action, timeout_ms };
                return match &request["metadata"] {
                    Value::Null => self.client.trigger(call).await,
                    metadata => self.client.trigger(call.metadata(metadata.clone())).await,
                };
            }
            "register" => {
                for i in 0..number(&request["count"]) {
                    self.serve(&format!("many::{i}"), move |_, _, _| async move { Ok(json!(i)) });
                }
            }
            "calls" => return self.calls(&request).await,
            "bind" => {
                let trigger = self.client.register_trigger(RegisterTriggerInput {
                    trigger_type: text(&request["type"]),
                    function_id,
                    config: request["config"].clone(),
                    metadata: Some(request["metadata"].clone()),
                    namespace: None,
                    trigger_namespace: None,
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
                let target = self.bound.0.lock().unwrap()[&trigger].clone();
                let call = TriggerRequest::new(target.function_id, request["payload"].clone());
                let metadata = target.metadata.unwrap_or_default();
                return self.client.trigger(call.metadata(metadata)).await;
            }
            "send" => {
                let channel = create_channel(&self.client, None).await?;
                let answer = self.call(function_id, json!({ "reader": channel.reader_ref }));
                let (sent, received) =
                    tokio::try_join!(write_all(&channel.writer, &request), answer)?;
                return Ok(json!({ "sent": sent, "received": received }));
            }
            "receive" => {
                let channel = create_channel(&self.client, None).await?;
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
            unknown => return Err(Error::Runtime(format!("unknown command {unknown}"))),
        }
        Ok(Value::Null)
    }

    async fn calls(&self, request: &Value) -> Result<Value, Error> {
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
            results.push(call.await.map_err(|error| Error::Runtime(error.to_string()))??);
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
