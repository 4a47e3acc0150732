//! `storage`: containers of a storage account.

use azure_core::http::Url;
use azure_storage_blob::{BlobServiceClient, BlobServiceClientOptions};
use futures::TryStreamExt as _;
use managed_identity_azure_core::ProviderCredential;

use super::arguments::{ContainersArguments, DataFormat, StorageCommand};
use super::http;
use super::last_answer::LastAnswer;
use super::refusal::Service;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::json::json_line;
use crate::output::print;
use crate::runtime::block_on;

pub(crate) fn execute(command: &StorageCommand) -> Result<(), Failure> {
    let StorageCommand::Containers(arguments) = command;
    let names = containers(arguments)?;
    let text = match arguments.output {
        DataFormat::Text => names.iter().map(|name| format!("{name}\n")).collect(),
        DataFormat::Json => json_line(&names),
    };
    print(text.as_bytes())
}

fn containers(arguments: &ContainersArguments) -> Result<Vec<String>, Failure> {
    let address = arguments.cloud.cloud().account(&arguments.account)?;
    let credential = Credential::with_services(&arguments.credential, &[], &arguments.simulated.containers)?;
    // One that is simulated stands for every account but those of this machine.
    let address = match credential.simulated_account() {
        Some(simulated) if !http::is_loopback(&address) => simulated.to_owned(),
        _ => address,
    };
    let service = Service {
        name: format!("the storage account {address}"),
        scope: "the storage account",
        role: "Storage Blob Data Reader",
        resource: "https://storage.azure.com",
        credential: &credential,
        last_answer: LastAnswer::default(),
    };
    let tokens = ProviderCredential::new(credential.provider.clone());
    let client_options = http::options(&tokens, &credential, &service.last_answer)?;
    let options = BlobServiceClientOptions { client_options, ..Default::default() };
    let listed = async {
        let url = Url::parse(&address)?;
        let client = BlobServiceClient::new(url, Some(tokens), Some(options))?;
        client.list_containers(None)?.try_collect::<Vec<_>>().await
    };
    let timeout = arguments.credential.patience.timeout;
    match block_on(async { tokio::time::timeout(timeout, listed).await })? {
        Ok(Ok(containers)) => Ok(containers.into_iter().filter_map(|it| it.name).collect()),
        Ok(Err(error)) => Err(service.failure(&error)),
        Err(_) => Err(service.late()),
    }
}
