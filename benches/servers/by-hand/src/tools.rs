//! A hundred and eight tools: arguments read by serde, schemas made by schemars, and a table.

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::Value;

pub struct Tool {
    pub name: &'static str,
    pub description: &'static str,
    pub schema: fn() -> Value,
    pub call: fn(&str) -> serde_json::Result<String>,
}

macro_rules! tools {
    ($($name:ident)*) => {
        $(
            mod $name {
                use super::*;

                #[derive(Deserialize, JsonSchema)]
                struct Arguments {
                    /// What to look for
                    query: String,
                    /// How many results at most
                    limit: Option<u32>,
                }

                pub fn call(arguments: &str) -> serde_json::Result<String> {
                    let Arguments { query, limit } = serde_json::from_str(arguments)?;
                    Ok(format!("{query} {limit:?}"))
                }

                pub fn schema() -> Value {
                    schema_for!(Arguments).to_value()
                }
            }
        )*

        pub static TOOLS: &[Tool] = &[$(Tool {
            name: stringify!($name),
            description: "Searches one of the collections and returns what fits best, best first.",
            schema: $name::schema,
            call: $name::call,
        }),*];
    };
}

tools! {
    tool_000 tool_001 tool_002 tool_003 tool_004 tool_005 tool_006 tool_007 tool_008
    tool_009 tool_010 tool_011 tool_012 tool_013 tool_014 tool_015 tool_016 tool_017
    tool_018 tool_019 tool_020 tool_021 tool_022 tool_023 tool_024 tool_025 tool_026
    tool_027 tool_028 tool_029 tool_030 tool_031 tool_032 tool_033 tool_034 tool_035
    tool_036 tool_037 tool_038 tool_039 tool_040 tool_041 tool_042 tool_043 tool_044
    tool_045 tool_046 tool_047 tool_048 tool_049 tool_050 tool_051 tool_052 tool_053
    tool_054 tool_055 tool_056 tool_057 tool_058 tool_059 tool_060 tool_061 tool_062
    tool_063 tool_064 tool_065 tool_066 tool_067 tool_068 tool_069 tool_070 tool_071
    tool_072 tool_073 tool_074 tool_075 tool_076 tool_077 tool_078 tool_079 tool_080
    tool_081 tool_082 tool_083 tool_084 tool_085 tool_086 tool_087 tool_088 tool_089
    tool_090 tool_091 tool_092 tool_093 tool_094 tool_095 tool_096 tool_097 tool_098
    tool_099 tool_100 tool_101 tool_102 tool_103 tool_104 tool_105 tool_106 tool_107
}
