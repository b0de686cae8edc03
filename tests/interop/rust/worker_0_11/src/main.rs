//! The worker of the interop tests on the Rust package 0.11.6.

#[path = "../../worker.rs"]
mod worker;

/// What the versions of the package spell differently.
mod sdk {
    use std::future::Future;

    use commands::text;
    use serde_json::Value;

    pub use iii_sdk::{
        extract_channel_refs, ChannelReader, ChannelWriter, IIIError as Error, StreamChannelRef,
        ApiRequest as HttpRequest, ApiResponse as HttpResponse, Trigger, TriggerConfig,
        TriggerHandler, WorkerMetadata, III as Client,
    };
    use iii_sdk::{
        Channel, RegisterFunctionMessage, RegisterTriggerInput, TriggerAction, TriggerRequest,
    };

    /// Functions of this version get no metadata.
    pub fn register_function<Handler, Answer>(client: &Client, id: String, handler: Handler)
    where
        Handler: Fn(Value, Option<Value>) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Value, Error>> + Send + 'static,
    {
        let message = RegisterFunctionMessage::with_id(id);
        client.register_function((message, move |data| handler(data, None)));
    }

    /// Calls of this version have no metadata.
    pub async fn call(
        client: &Client,
        function_id: String,
        payload: Value,
        action: Option<TriggerAction>,
        timeout_ms: Option<u64>,
        _metadata: Option<Value>,
    ) -> Result<Value, Error> {
        client.trigger(TriggerRequest { function_id, payload, action, timeout_ms }).await
    }

    pub fn bind(client: &Client, request: &Value) -> Result<Trigger, Error> {
        client.register_trigger(RegisterTriggerInput {
            trigger_type: text(&request["type"]),
            function_id: text(&request["function_id"]),
            config: request["config"].clone(),
            metadata: Some(request["metadata"].clone()),
        })
    }

    pub async fn create_channel(client: &Client) -> Result<Channel, Error> {
        client.create_channel(None).await
    }
}

#[tokio::main]
async fn main() {
    worker::run().await;
}
