//! Scopes and streams. A stream is named `scope/stream`, a segment by its 64-bit number as text.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use futures::TryStreamExt;
use pravega_client_shared::{
    Retention, RetentionType, ScaleType, Scaling, Scope, ScopedSegment, Segment, StreamConfiguration, StreamCut,
};
use pravega_controller_client::paginator;
use serde_json::{json, Value};
use std::collections::HashMap;

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    let controller = program.factory.controller_client();
    let done = match command {
        "createScope" => json!(controller.create_scope(&scope(request)).await.map_err(Failure::of)?),
        "deleteScope" => json!(controller.delete_scope(&scope(request)).await.map_err(Failure::of)?),
        "scopeExists" => json!(controller
            .check_scope_exists(&scope(request))
            .await
            .map_err(Failure::of)?),
        "listScopes" => {
            let found: Vec<Scope> = paginator::list_scopes(controller)
                .try_collect()
                .await
                .map_err(Failure::of)?;
            json!(found.iter().map(|scope| &scope.name).collect::<Vec<_>>())
        }
        "list" => {
            let found: Vec<_> = paginator::list_streams(scope(request), controller)
                .try_collect()
                .await
                .map_err(Failure::of)?;
            json!(found.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        "listByTag" => {
            let tag = request.text("tag").to_string();
            let found: Vec<_> = paginator::list_streams_for_tag(scope(request), tag, controller)
                .try_collect()
                .await
                .map_err(Failure::of)?;
            json!(found.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        "create" => json!(controller
            .create_stream(&configuration(request))
            .await
            .map_err(Failure::of)?),
        "update" => json!(controller
            .update_stream(&configuration(request))
            .await
            .map_err(Failure::of)?),
        "configuration" => shown(
            controller
                .get_stream_configuration(&request.stream())
                .await
                .map_err(Failure::of)?,
        ),
        "tags" => json!(controller
            .get_stream_tags(&request.stream())
            .await
            .map_err(Failure::of)?),
        "exists" => json!(controller
            .check_stream_exists(&request.stream())
            .await
            .map_err(Failure::of)?),
        "seal" => json!(controller.seal_stream(&request.stream()).await.map_err(Failure::of)?),
        "delete" => json!(controller.delete_stream(&request.stream()).await.map_err(Failure::of)?),
        "truncate" => {
            let offsets = request
                .list("cut")
                .iter()
                .map(|item| (item.long("segment"), item.long("offset")))
                .collect::<HashMap<i64, i64>>();
            let cut = StreamCut::new(request.stream(), offsets);
            json!(controller.truncate_stream(&cut).await.map_err(Failure::of)?)
        }
        "segments" => {
            let current = controller
                .get_current_segments(&request.stream())
                .await
                .map_err(Failure::of)?;
            let mut numbers: Vec<i64> = current
                .get_segments()
                .iter()
                .map(|segment| segment.segment.number)
                .collect();
            numbers.sort_unstable();
            json!(numbers.iter().map(i64::to_string).collect::<Vec<_>>())
        }
        "head" => {
            let head = controller
                .get_head_segments(&request.stream())
                .await
                .map_err(Failure::of)?;
            json!(head
                .iter()
                .map(|(segment, offset)| (segment.number.to_string(), offset.to_string()))
                .collect::<HashMap<String, String>>())
        }
        "endpoint" => {
            let segment = ScopedSegment::from(request.text("segment"));
            let endpoint = controller.get_endpoint_for_segment(&segment).await;
            json!(endpoint.map_err(Failure::of)?.to_string())
        }
        "scale" => {
            let sealed: Vec<Segment> = request
                .texts("sealed")
                .iter()
                .map(|number| Segment::from(number.parse::<i64>().expect("a segment's number")))
                .collect();
            let ranges: Vec<(f64, f64)> = request
                .list("ranges")
                .iter()
                .map(|range| (fraction(range, "from"), fraction(range, "to")))
                .collect();
            let epoch = request.number("epoch") as i32;
            let stream = request.stream();
            controller
                .scale_stream(&stream, &sealed, &ranges)
                .await
                .map_err(Failure::of)?;
            while !controller.check_scale(&stream, epoch).await.map_err(Failure::of)? {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            json!(true)
        }
        _ => return Err(Failure::no_command(command)),
    };
    Ok(done)
}

fn fraction(request: &Request, name: &str) -> f64 {
    request.value(name).and_then(Value::as_f64).expect("a number")
}

fn scope(request: &Request) -> Scope {
    Scope::from(request.text("scope").to_string())
}

fn configuration(request: &Request) -> StreamConfiguration {
    let segments = request.number_or("segments", 1) as i32;
    let retention = match request.value("retentionBytes") {
        Some(bytes) => Retention {
            retention_type: RetentionType::Size,
            retention_param: bytes.as_i64().expect("a number"),
        },
        None => Retention::default(),
    };
    let scaling = match request.value("eventsPerSecond") {
        Some(rate) => Scaling {
            scale_type: ScaleType::ByRateInEventsPerSec,
            target_rate: rate.as_i64().expect("a number") as i32,
            scale_factor: 2,
            min_num_segments: segments,
        },
        None => Scaling {
            min_num_segments: segments,
            ..Scaling::default()
        },
    };
    StreamConfiguration::new(request.stream(), scaling, retention, request.texts_or_none("tags"))
}

fn shown(configuration: StreamConfiguration) -> Value {
    let StreamConfiguration {
        scaling,
        retention,
        tags,
        ..
    } = configuration;
    json!({
        "scaleType": format!("{:?}", scaling.scale_type),
        "targetRate": scaling.target_rate,
        "scaleFactor": scaling.scale_factor,
        "segments": scaling.min_num_segments,
        "retentionType": format!("{:?}", retention.retention_type),
        "retentionParam": retention.retention_param,
        "tags": tags,
    })
}
