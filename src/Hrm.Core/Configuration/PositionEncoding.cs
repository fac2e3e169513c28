using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>How the model encodes the positions of tokens.</summary>
[JsonConverter(typeof(PositionEncodings))]
public enum PositionEncoding
{
    /// <summary>Queries and keys are rotated (RoPE); positions include the prefix.</summary>
    Rope,

    /// <summary>A learned vector per position is added to the input.</summary>
    Learned,

    /// <summary>No positions: for token mixers, whose weights distinguish the tokens.</summary>
    None,
}

/// <summary>The position encodings by the authors' names.</summary>
internal sealed class PositionEncodings()
    : NameConverter<PositionEncoding>(("rope", PositionEncoding.Rope), ("learned", PositionEncoding.Learned), ("none", PositionEncoding.None))
{
    public static PositionEncodings Instance { get; } = new();
}
