using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>How a token knows its position.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PositionEncoding>))]
public enum PositionEncoding
{
    /// <summary>Queries and keys are turned by angles (RoPE); the prefix counts.</summary>
    [JsonStringEnumMemberName("rope")]
    Rope,

    /// <summary>A learned vector a position is added to the input.</summary>
    [JsonStringEnumMemberName("learned")]
    Learned,

    /// <summary>No positions: for token mixers, whose weights tell tokens apart.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}
