//! The delivery network as staff see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use services::{
    kernel::{error::EngineResult, limits::PAGE_MAX},
    logistics::{self, LaneEnd},
};

use crate::{
    context::{Asking, Scope},
    error::{Attempt, Telling},
    ids::{self, Kind},
    pages::{LaneCursor, PageInfo, cursor, forwards, map_window},
    scalars::int,
};

/// Where a lane leads when it leads to all doors of its station.
pub const DOORS: &str = "DOORS";

/// A courier partner.
#[derive(Clone, Debug)]
pub struct Courier(pub Arc<logistics::Courier>);

impl Courier {
    /// By code.
    pub async fn find(scope: &Scope, code: &str) -> EngineResult<Option<Self>> {
        Ok(scope.loaders.courier(code).await?.map(Self))
    }
    /// All, by code.
    pub async fn all(scope: &Scope) -> EngineResult<Vec<Self>> {
        let couriers = scope.shop.network.couriers().await?;
        let mut all: Vec<_> = couriers.into_iter().map(|c| Self(Arc::new(c))).collect();
        all.sort_by(|a, b| a.0.code.cmp(&b.0.code));
        Ok(all)
    }
}

/// A courier partner.
#[Object]
impl Courier {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::coded(Kind::Courier, &self.0.code)
    }
    /// Short name.
    fn code(&self) -> &str {
        &self.0.code
    }
    /// As shown.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// How many pincodes it reaches. Null only when it cannot be told now.
    async fn pincodes_reached(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        let reached = ctx.scope().loaders.pincodes_reached(&self.0.code).await;
        ctx.tell(reached.map(int).map_err(Into::into))
    }
}

/// A way from one place to the next.
#[derive(Clone, Debug)]
pub struct Lane(pub logistics::Lane);

/// A way from one place to the next.
#[Object]
impl Lane {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::coded(Kind::Lane, &self.0.code)
    }
    /// Its name.
    fn code(&self) -> &str {
        &self.0.code
    }
    /// Who runs it. Null only when it cannot be told now.
    async fn courier(&self, ctx: &Context<'_>) -> Option<Result<Courier>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Courier::find(&scope, &self.0.courier).await.map_err(Into::into))
    }
    /// Warehouse, hub or station.
    fn from(&self) -> &str {
        &self.0.from
    }
    /// Hub, station or pincode; DOORS for all doors of the station it begins at.
    fn to(&self) -> String {
        match &self.0.to {
            LaneEnd::Node(code) => code.clone(),
            LaneEnd::Doors => DOORS.to_owned(),
            LaneEnd::Pincode(pincode) => pincode.to_string(),
        }
    }
    /// From departure to arrival.
    fn transit_minutes(&self) -> i32 {
        int(self.0.transit_minutes)
    }
    /// Local times of day, such as 18:30.
    fn departures(&self) -> Vec<String> {
        self.0.departures.iter().map(|m| format!("{:02}:{:02}", m / 60, m % 60)).collect()
    }
    /// 1 is Monday.
    fn weekdays(&self) -> Vec<i32> {
        (0..7).filter(|day| self.0.weekdays & (1 << day) != 0).map(|day| day + 1).collect()
    }
    /// Handling classes: STANDARD, LARGE, HAZARDOUS.
    fn carries(&self) -> Vec<&'static str> {
        self.0.carries.iter().map(|c| c.name()).collect()
    }
    /// Parcels a day; null when unbounded.
    fn capacity_per_day(&self) -> Option<i32> {
        self.0.capacity_per_day.map(int)
    }
    /// In use.
    fn active(&self) -> bool {
        self.0.active
    }
}

/// A page of lanes.
#[derive(Clone, Debug, SimpleObject)]
pub struct LaneConnection {
    /// Lanes with their cursors.
    pub edges: Vec<LaneEdge>,
    /// The lanes alone.
    pub nodes: Vec<Lane>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// A lane in a list.
#[derive(Clone, Debug, SimpleObject)]
pub struct LaneEdge {
    /// Its place.
    pub cursor: String,
    /// The lane.
    pub node: Lane,
}

impl LaneConnection {
    /// A page of all lanes, by code.
    pub async fn read(scope: &Scope, first: i32, after: Option<&str>) -> Attempt<Self> {
        let window = map_window(forwards::<LaneCursor>(first, after, PAGE_MAX)?, |c| c.0);
        let page = scope.shop.network.lanes(window).await?;
        let place = |l: &logistics::Lane| cursor(&LaneCursor::new(l.code.clone()));
        let page_info = PageInfo::of(&page, place);
        let nodes: Vec<Lane> = page.rows.into_iter().map(Lane).collect();
        let edges = nodes.iter().map(|l| LaneEdge { cursor: place(&l.0), node: l.clone() }).collect();
        Ok(Self { edges, nodes, page_info })
    }
}
