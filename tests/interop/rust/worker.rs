//! The Rust worker of the interop tests, for every version of the package: `main.rs` of each says
//! in its module `sdk` what the versions spell differently. It serves the functions and obeys the
//! commands that every test worker knows (README.md lists both).

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use commands::{checksum, number, pattern, say, text, Failure, Holds, Pause};
use iii_sdk::{register_worker, InitOptions, RegisterTriggerType, TriggerAction};
use serde_json::{json, Value};

use crate::sdk::{
    self, extract_channel_refs, ChannelReader, ChannelWriter, Client, Error, StreamChannelRef,
    HttpRequest, HttpResponse, Trigger, TriggerConfig, TriggerHandler, WorkerMetadata,
};

#[derive(Clone)]
struct Worker {
    client: Client,
    name: String,
    url: String,
    holds: Holds,
    /// What this worker asked for: our number and the handle.
    bindings: Arc<Mutex<HashMap<u64, Trigger>>>,
    bound: Bound,
}

/// What others asked of this worker's trigger type, by trigger id.
#[derive(Clone)]
struct Bound {
    triggers: Arc<Mutex<HashMap<String, TriggerConfig>>>,
    holds: Holds,
}

#[async_trait]
impl TriggerHandler for Bound {
    async fn register_trigger(&self, trigger: TriggerConfig) -> Result<(), Error> {
        if let Some(reason) = trigger.config["reject"].as_str() {
            return Err(Error::Handler(reason.to_string()));
        }
        self.triggers.lock().unwrap().insert(trigger.id.clone(), trigger.clone());
        let bound = json!({
            "event": "bound",
            "trigger": trigger.id,
            "function": trigger.function_id,
            "config": trigger.config,
            "metadata": trigger.metadata,
        });
        match trigger.config["hold"].as_str() {
            Some(token) => self.holds.hold(token, bound).await,
            None => say(bound),
        }
        Ok(())
    }

    async fn unregister_trigger(&self, trigger: TriggerConfig) -> Result<(), Error> {
        self.triggers.lock().unwrap().remove(&trigger.id);
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

fn outcome(result: Result<Value, Error>) -> Value {
    result.unwrap_or_else(|error| json!({ "error": failure(error).to_json() }))
}

fn channel_end(data: &Value, field: &str) -> Result<StreamChannelRef, Error> {
    extract_channel_refs(data)
        .into_iter()
        .find(|(path, _)| path == field)
        .map(|(_, end)| end)
        .ok_or_else(|| Error::Handler(format!("no channel in {field}")))
}

/// The functions behind `http` triggers. The package has the types of request and response, and
/// nothing that opens the channels.
fn request_in(data: &Value) -> Result<HttpRequest, Error> {
    serde_json::from_value(data.clone()).map_err(|error| Error::Handler(error.to_string()))
}

fn query(request: &HttpRequest, key: &str) -> String {
    request.query_params.get(key).cloned().unwrap_or_default()
}

fn echo_request(by: String, request: HttpRequest) -> Result<Value, Error> {
    if let Some(reason) = request.query_params.get("fail") {
        return Err(Error::Handler(reason.clone()));
    }
    Ok(json!({
        "status_code": query(&request, "status").parse().unwrap_or(200),
        "headers": ["Set-Cookie: a=1", "Set-Cookie: b=2", format!("X-By: {by}")],
        "body": {
            "by": by,
            "method": request.method,
            "path_params": request.path_params,
            "query_params": request.query_params,
            "token": request.headers.get("x-token"),
            "body": request.body,
        },
    }))
}

impl Worker {
    fn serve<Handler, Answer>(&self, function: &str, handler: Handler)
    where
        Handler: Fn(Worker, Value, Option<Value>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, Error>> + Send + 'static,
    {
        let worker = self.clone();
        let handler = move |data, metadata| handler(worker.clone(), data, metadata);
        sdk::register_function(&self.client, format!("{}::{function}", self.name), handler);
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
            let reader = ChannelReader::new(&worker.url, &channel_end(&data, "reader")?);
            worker.read_all(&reader, Pause::in_payload(&data)).await
        });
        self.serve("source", |worker, data, _| async move {
            let writer = ChannelWriter::new(&worker.url, &channel_end(&data, "writer")?);
            worker.write_all(&writer, &data, Pause::in_payload(&data)).await
        });
        self.serve("hold", |worker, data, _| async move {
            let held = json!({ "event": "held", "token": data["token"] });
            worker.holds.hold(&text(&data["token"]), held).await;
            Ok(data["token"].clone())
        });
        self.serve("fired", |_, data, metadata| async move {
            say(json!({ "event": "fired", "token": data["token"], "metadata": metadata }));
            Ok(json!({ "seen": data["token"] }))
        });
        self.serve_http();
        self.client.register_trigger_type(RegisterTriggerType::new(
            format!("{}::type", self.name),
            "A trigger type of the interop tests",
            self.bound.clone(),
        ));
    }

    fn serve_http(&self) {
        self.serve("http_echo", |worker, data, _| async move {
            echo_request(worker.name, request_in(&data)?)
        });
        self.serve("http_download", |worker, data, _| async move { worker.download(&data).await });
        self.serve("http_events", |worker, data, _| async move { worker.events(&data).await });
        self.serve("http_upload", |worker, data, _| async move { worker.upload(&data).await });
    }

    async fn download(&self, data: &Value) -> Result<Value, Error> {
        let request = request_in(data)?;
        let [bytes, seed] = ["bytes", "seed"].map(|key| query(&request, key).parse().unwrap_or(0));
        let content = pattern(bytes, seed);
        let writer = ChannelWriter::new(&self.url, &channel_end(data, "response")?);
        let headers = json!({
            "content-type": "application/octet-stream",
            "x-sha256": checksum(&content, &[])["sha256"],
        });
        let status = json!({ "type": "set_status", "status_code": 206 });
        writer.send_message(&status.to_string()).await?;
        let headers = json!({ "type": "set_headers", "headers": headers });
        writer.send_message(&headers.to_string()).await?;
        writer.write(&content).await?;
        writer.close().await?;
        Ok(Value::Null)
    }

    async fn events(&self, data: &Value) -> Result<Value, Error> {
        let token = query(&request_in(data)?, "token");
        let writer = ChannelWriter::new(&self.url, &channel_end(data, "response")?);
        let headers = json!({ "content-type": "text/event-stream" });
        let headers = json!({ "type": "set_headers", "headers": headers });
        writer.send_message(&headers.to_string()).await?;
        writer.write(b"id: 1\ndata: first\n\n").await?;
        self.holds.hold(&token, json!({ "event": "held", "token": token })).await;
        writer.write(b"event: note\nid: 2\ndata: second\ndata: line\n\n").await?;
        writer.write(b"id: 3\ndata: last\n\n").await?;
        writer.close().await?;
        Ok(Value::Null)
    }

    async fn upload(&self, data: &Value) -> Result<Value, Error> {
        let reader = ChannelReader::new(&self.url, &channel_end(data, "request_body")?);
        let mut body = self.read_all(&reader, None).await?;
        body["type"] = json!(request_in(data)?.headers.get("content-type"));
        let response = HttpResponse { status_code: 201, headers: HashMap::new(), body };
        Ok(json!(response))
    }

    async fn read_all(
        &self,
        reader: &ChannelReader,
        mut pause: Option<Pause>,
    ) -> Result<Value, Error> {
        let texts = Arc::new(Mutex::new(Vec::new()));
        let seen = texts.clone();
        reader.on_message(move |text| seen.lock().unwrap().push(text)).await;
        let mut data = Vec::new();
        while pause.is_some() {
            let Some(piece) = reader.next_binary().await? else { break };
            data.extend(piece);
            if let Some(pause) = pause.take_if(|pause| data.len() >= pause.after) {
                self.holds.hold(&pause.token, pause.event()).await;
            }
        }
        data.extend(reader.read_all().await?);
        let texts = texts.lock().unwrap().clone();
        Ok(checksum(&data, &texts))
    }

    async fn write_all(
        &self,
        writer: &ChannelWriter,
        what: &Value,
        pause: Option<Pause>,
    ) -> Result<Value, Error> {
        let data = pattern(number(&what["bytes"]), number(&what["seed"]));
        writer.send_message(&text(&what["text"])).await?;
        let mut rest = &data[..];
        if let Some(pause) = pause {
            let (first, second) = data.split_at(pause.after);
            writer.write(first).await?;
            self.holds.hold(&pause.token, pause.event()).await;
            rest = second;
        }
        writer.write(rest).await?;
        writer.close().await?;
        Ok(checksum(&data, &[text(&what["text"])]))
    }

    async fn call(&self, request: &Value, action: Option<TriggerAction>) -> Result<Value, Error> {
        let function_id = text(&request["function_id"]);
        let payload = request["payload"].clone();
        let timeout_ms = request["timeout_ms"].as_u64();
        let metadata = Some(request["metadata"].clone()).filter(|metadata| !metadata.is_null());
        sdk::call(&self.client, function_id, payload, action, timeout_ms, metadata).await
    }

    async fn obey(self, command: String, request: Value) -> Result<Value, Failure> {
        self.run(&command, request).await.map_err(failure)
    }

    async fn run(&self, command: &str, request: Value) -> Result<Value, Error> {
        match command {
            "call" => return self.call(&request, None).await,
            "void" => return self.call(&request, Some(TriggerAction::Void)).await,
            "register" => {
                for i in 0..number(&request["count"]) {
                    self.serve(&format!("many::{i}"), move |_, _, _| async move { Ok(json!(i)) });
                }
            }
            "calls" => return self.calls(&request).await,
            "bind" => {
                let trigger = sdk::bind(&self.client, &request)?;
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
                let id = text(&request["trigger"]);
                let trigger = self.bound.triggers.lock().unwrap()[&id].clone();
                let call = json!({
                    "function_id": trigger.function_id,
                    "payload": request["payload"],
                    "metadata": trigger.metadata,
                });
                return self.call(&call, None).await;
            }
            "send" => return self.send(request).await,
            "receive" => return self.receive(request).await,
            "release" => self.holds.release(&text(&request["token"])),
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
                let call = json!({ "function_id": function_id, "payload": {} });
                tokio::spawn(async move { worker.call(&call, None).await })
            })
            .collect();
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.map_err(|error| Error::Runtime(error.to_string()))??);
        }
        Ok(json!(results))
    }

    async fn send(&self, mut request: Value) -> Result<Value, Error> {
        let channel = sdk::create_channel(&self.client).await?;
        request["payload"] = json!({ "reader": channel.reader_ref, "pause": request["pause"] });
        let (sent, received) = tokio::join!(
            self.write_all(&channel.writer, &request, None),
            self.call(&request, None)
        );
        Ok(json!({ "sent": outcome(sent), "received": outcome(received) }))
    }

    async fn receive(&self, mut request: Value) -> Result<Value, Error> {
        let channel = sdk::create_channel(&self.client).await?;
        let mut payload = request.clone();
        payload["writer"] = json!(channel.writer_ref);
        request["payload"] = payload;
        let (received, sent) =
            tokio::join!(self.read_all(&channel.reader, None), self.call(&request, None));
        Ok(json!({ "sent": outcome(sent), "received": outcome(received) }))
    }
}

pub async fn run() {
    let arguments: Vec<String> = std::env::args().collect();
    let (url, name) = (arguments[1].clone(), arguments[2].clone());
    let metadata = WorkerMetadata { name: name.clone(), ..WorkerMetadata::default() };
    let options = InitOptions { metadata: Some(metadata), ..InitOptions::default() };
    let holds = Holds::default();
    let worker = Worker {
        client: register_worker(&url, options),
        name,
        url,
        holds: holds.clone(),
        bindings: Arc::default(),
        bound: Bound { triggers: Arc::default(), holds },
    };
    worker.serve_all();
    commands::serve(move |command, request| worker.clone().obey(command, request)).await;
    std::process::exit(0);
}
