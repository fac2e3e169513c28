using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>How a token knows its position.</summary>
[JsonConverter(typeof(PositionEncodingConverter))]
public enum PositionEncoding
{
    /// <summary>Queries and keys are turned by angles (RoPE); the prefix counts.</summary>
    Rope,

    /// <summary>A learned vector a position is added to the input.</summary>
    Learned,

    /// <summary>No positions: for token mixers, whose weights tell tokens apart.</summary>
    None,
}
