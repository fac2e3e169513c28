using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Writes values as names and reads exactly these. The framework's converter of enums reads any case and does not list the valid names.</summary>
internal abstract class NameConverter<T>(params (string Name, T Value)[] values) : JsonConverter<T>
    where T : struct, Enum
{
    /// <summary>The valid names, for messages.</summary>
    public string Names { get; } = string.Join(" or ", values.Select(entry => entry.Name));

    public string NameOf(T value)
    {
        var entry = Array.FindIndex(values, entry => EqualityComparer<T>.Default.Equals(entry.Value, value));
        return entry < 0 ? value.ToString() : values[entry].Name;
    }

    /// <summary>Returns the value of a name, or <see langword="null"/> if the name is not valid.</summary>
    public T? Find(string? name)
    {
        var entry = Array.FindIndex(values, entry => entry.Name == name);
        return entry < 0 ? null : values[entry].Value;
    }

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("expected a string");
        return Find(name) ?? throw new JsonException($"expected {Names}, got {MessageText.Printable(Quote.Text(name))}");
    }

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));
}

/// <summary>The dtypes that a model can compute in, by PyTorch's names.</summary>
internal sealed class ForwardDtypes() : NameConverter<ScalarType>(("float32", ScalarType.Float32), ("bfloat16", ScalarType.BFloat16))
{
    public static ForwardDtypes Instance { get; } = new();
}

/// <summary>How the model encodes the positions of tokens.</summary>
[JsonConverter(typeof(PositionEncodings))]
public enum PositionEncoding
{
    /// <summary>Queries and keys are rotated (RoPE); positions include the prefix.</summary>
    Rope,

    /// <summary>A learned vector per position is added to the input.</summary>
    Learned,

    /// <summary>No positions: for token mixers, whose weights distinguish the tokens, and convolutions, which see the border of the grid.</summary>
    None,

    /// <summary>As <see cref="Rope"/>, by the row and the column of a cell; the prefix is not rotated. For grids.</summary>
    Rope2d,
}

/// <summary>The position encodings by name; the authors have the first three.</summary>
internal sealed class PositionEncodings()
    : NameConverter<PositionEncoding>(
        ("rope", PositionEncoding.Rope),
        ("learned", PositionEncoding.Learned),
        ("none", PositionEncoding.None),
        ("rope2d", PositionEncoding.Rope2d))
{
    public static PositionEncodings Instance { get; } = new();
}

/// <summary>How a block mixes the tokens.</summary>
[JsonConverter(typeof(TokenMixings))]
public enum TokenMixing
{
    /// <summary>Self-attention, as in the paper.</summary>
    Attention,

    /// <summary>A feed-forward layer over the token axis; the authors' <c>mlp_t</c>.</summary>
    TokenMixer,

    /// <summary>A convolution over the grid of the tokens, see <see cref="GridConvolution"/>.</summary>
    Convolution,

    /// <summary>The means of rows, columns and boxes of the grid of the tokens, see <see cref="GroupMixer"/>.</summary>
    Groups,
}

/// <summary>The kinds of token mixing by name.</summary>
internal sealed class TokenMixings()
    : NameConverter<TokenMixing>(
        ("attention", TokenMixing.Attention),
        ("token_mixer", TokenMixing.TokenMixer),
        ("convolution", TokenMixing.Convolution),
        ("groups", TokenMixing.Groups))
{
    public static TokenMixings Instance { get; } = new();
}

/// <summary>How a module merges its state with the injection.</summary>
[JsonConverter(typeof(StateMerges))]
public enum StateMerge
{
    /// <summary>The sum, as in the paper.</summary>
    Add,

    /// <summary>A learned gate, see <see cref="GatedMerge"/>; adds 2 · D² weights to each module.</summary>
    Gated,
}

/// <summary>The merges by name.</summary>
internal sealed class StateMerges() : NameConverter<StateMerge>(("add", StateMerge.Add), ("gated", StateMerge.Gated));
