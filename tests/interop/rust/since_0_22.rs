//! What the package spells differently since 0.22, but for triggers.

use std::future::Future;

use serde_json::Value;

use iii_sdk::channel::Channel;
use iii_sdk::protocol::TriggerRequest;
use iii_sdk::{RegisterFunction, TriggerAction};

pub use iii_helpers::http::{HttpRequest, HttpResponse};
pub use iii_sdk::channel::{ChannelReader, ChannelWriter, StreamChannelRef};
pub use iii_sdk::helpers::extract_channel_refs;
pub use iii_sdk::runtime::WorkerMetadata;
pub use iii_sdk::trigger::{Trigger, TriggerConfig, TriggerHandler};
pub use iii_sdk::{Error, IIIClient as Client};

pub fn register_function<Handler, Answer>(client: &Client, id: String, handler: Handler)
where
    Handler: Fn(Value, Option<Value>) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Value, Error>> + Send + 'static,
{
    client.register_function(id, RegisterFunction::new_async(handler));
}

pub async fn call(
    client: &Client,
    function_id: String,
    payload: Value,
    action: Option<TriggerAction>,
    timeout_ms: Option<u64>,
    metadata: Option<Value>,
) -> Result<Value, Error> {
    let call = TriggerRequest { function_id, payload, action, timeout_ms };
    match metadata {
        Some(metadata) => client.trigger(call.metadata(metadata)).await,
        None => client.trigger(call).await,
    }
}

pub async fn create_channel(client: &Client) -> Result<Channel, Error> {
    iii_sdk::helpers::create_channel(client, None).await
}
