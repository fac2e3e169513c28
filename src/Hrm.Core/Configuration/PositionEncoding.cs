using System.Text.Json;
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

/// <summary>Positions by the authors' names.</summary>
internal sealed class PositionEncodingConverter : NameConverter<PositionEncoding>
{
    public static string NameOf(PositionEncoding positions) => positions switch
    {
        PositionEncoding.Rope => "rope",
        PositionEncoding.Learned => "learned",
        PositionEncoding.None => "none",
        _ => positions.ToString(),
    };

    protected override string Name(PositionEncoding value) => NameOf(value);

    protected override PositionEncoding Parse(string name) => name switch
    {
        "rope" => PositionEncoding.Rope,
        "learned" => PositionEncoding.Learned,
        "none" => PositionEncoding.None,
        _ => throw new JsonException($"expected rope, learned or none, got {Quote.Text(name)}"),
    };
}
