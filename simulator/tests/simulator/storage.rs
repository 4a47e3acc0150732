//! The storage account beside the identity endpoint.

use managed_identity_simulator::{SimulatedSource, Simulator, SimulatorBuilder, SimulatorError};

use crate::support::{Reply, get, with_query};

const RESOURCE: &str = "https://storage.azure.com";

fn account() -> Simulator {
    let builder = Simulator::builder(SimulatedSource::Imds);
    ["pictures", "music", "pictures-of-old"]
        .into_iter()
        .fold(builder, SimulatorBuilder::storage_container)
        .start()
        .unwrap()
}

fn token(simulator: &Simulator, resource: &str) -> String {
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    let url = with_query(&url, &[("api-version", "2018-02-01"), ("resource", resource)]);
    let document = get(simulator, &url, &[("Metadata", "true")]).unwrap().json();
    document["access_token"].as_str().unwrap().to_owned()
}

fn list(simulator: &Simulator, query: &str, headers: &[(&str, &str)]) -> Reply {
    get(simulator, &format!("{}/?comp=list{query}", simulator.base_url()), headers).unwrap()
}

fn names(page: &str) -> Vec<&str> {
    page.split("<Name>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
}

#[test]
fn a_token_for_storage_lists_the_containers_page_by_page() {
    let simulator = account();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let page = |query: &str| {
        let reply = list(&simulator, query, &[("Authorization", &bearer), ("x-ms-version", "2025-01-05")]);
        assert_eq!(reply.status, 200, "{query}");
        reply.body
    };
    assert_eq!(names(&page("")), ["music", "pictures", "pictures-of-old"]);
    let first = page("&maxresults=2");
    assert_eq!(names(&first), ["music", "pictures"]);
    assert!(first.contains("<NextMarker>pictures-of-old</NextMarker>"), "{first}");
    assert_eq!(names(&page("&maxresults=2&marker=pictures-of-old")), ["pictures-of-old"]);
    assert_eq!(names(&page("&prefix=pictures")), ["pictures", "pictures-of-old"]);
    assert_eq!(simulator.environment()["AZURE_STORAGE_URL"], simulator.base_url());
}

#[test]
fn the_audience_of_storage_is_taken_with_a_slash_at_its_end_too() {
    let simulator = account();
    let bearer = format!("Bearer {}", token(&simulator, "https://storage.azure.com/"));
    let reply = list(&simulator, "", &[("Authorization", &bearer), ("x-ms-version", "2025-01-05")]);
    assert_eq!((reply.status, names(&reply.body).len()), (200, 3));
}

#[test]
fn what_is_wrong_with_a_request_is_told_as_the_service_tells_it() {
    let simulator = account();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let for_another = format!("Bearer {}", token(&simulator, "https://vault.azure.net"));
    let version = ("x-ms-version", "2025-01-05");
    for (query, headers, status, code) in [
        ("", vec![version], 401, "NoAuthenticationInformation"),
        ("", vec![version, ("Authorization", for_another.as_str())], 401, "InvalidAuthenticationInfo"),
        ("", vec![("Authorization", bearer.as_str())], 400, "InvalidAuthenticationInfo"),
        ("", vec![("x-ms-version", "2015-01-01"), ("Authorization", &bearer)], 400, "InvalidAuthenticationInfo"),
        ("&maxresults=0", vec![version, ("Authorization", &bearer)], 400, "OutOfRangeQueryParameterValue"),
        ("&prefix=A%3C", vec![version, ("Authorization", &bearer)], 400, "OutOfRangeQueryParameterValue"),
    ] {
        let reply = list(&simulator, query, &headers);
        assert_eq!(reply.status, status, "{code}");
        assert!(reply.body.contains(&format!("<Code>{code}</Code>")), "{}", reply.body);
        let challenge = reply.headers.get("www-authenticate").and_then(|it| it.to_str().ok());
        assert_eq!(challenge.is_some_and(|it| it.contains("resource_id=https://storage.azure.com")), status == 401);
    }
}

#[test]
fn a_container_has_a_name_that_the_service_would_take() {
    for name in ["", "ab", "Pictures", "a<b", &"a".repeat(64)] {
        let started = Simulator::builder(SimulatedSource::Imds).storage_container(name).start();
        assert!(matches!(started, Err(SimulatorError::ContainerName(_))), "{name}");
    }
}
