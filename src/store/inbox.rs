//! The inbox: what stopped, waits for a person or for a record, and goes on.

use async_trait::async_trait;

use super::error::StoreError;
use super::park::{Park, ParkHead, Wait};
use super::record::RecordRef;

/// Parked work.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// What is parked of one record, dropped entries not among them.
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError>;

    /// Whether work of a record stands parked, dropped or not: by pipeline and group.
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError>;

    /// The inbox, oldest first.
    async fn parks(&self) -> Result<Vec<Park>, StoreError>;

    /// The same, as much of each as tells them apart: however many there are, that is little.
    async fn park_heads(&self) -> Result<Vec<ParkHead>, StoreError> {
        Ok(self.parks().await?.into_iter().map(ParkHead::from).collect())
    }

    /// The entries of these numbers, in the order of the inbox; what is none is left out.
    async fn parks_numbered(&self, numbers: &[i64]) -> Result<Vec<Park>, StoreError> {
        let mut parks = self.parks().await?;
        parks.retain(|park| numbers.contains(&park.number));
        Ok(parks)
    }

    /// What was taken out of the inbox and stays so until its record changes: records with their pipelines.
    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError>;

    /// Makes parked work pending now. `None`: all. Returns how many parks were touched.
    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError>;

    /// Takes an entry out of the inbox until its record changes again. False if there is none.
    async fn drop_park(&self, number: i64) -> Result<bool, StoreError>;

    /// Makes parked work pending that waits for any of these. Returns how many records woke.
    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError>;
}
