//! The worker of the interop tests on the Rust package 0.22.1.

#[path = "../../since_0_22.rs"]
mod since_0_22;
#[path = "../../worker.rs"]
mod worker;

/// What the versions of the package spell differently.
mod sdk {
    use commands::text;
    use iii_sdk::protocol::RegisterTriggerInput;
    use serde_json::Value;

    pub use crate::since_0_22::*;

    pub fn bind(client: &Client, request: &Value) -> Result<Trigger, Error> {
        client.register_trigger(RegisterTriggerInput {
            trigger_type: text(&request["type"]),
            function_id: text(&request["function_id"]),
            config: request["config"].clone(),
            metadata: Some(request["metadata"].clone()),
        })
    }
}

#[tokio::main]
async fn main() {
    worker::run().await;
}
