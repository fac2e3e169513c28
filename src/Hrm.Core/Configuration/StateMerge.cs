using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>How a module joins its state and what is injected into it.</summary>
[JsonConverter(typeof(StateMergeConverter))]
public enum StateMerge
{
    /// <summary>The sum, as in the paper.</summary>
    Add,

    /// <summary>A learned gate between them, see <see cref="Hrm.Layers.GatedMerge"/>: 2 · D² weights more in each module.</summary>
    Gated,
}

/// <summary>The merge by its name.</summary>
internal sealed class StateMergeConverter : NameConverter<StateMerge>
{
    protected override string Name(StateMerge value) => value == StateMerge.Gated ? "gated" : "add";

    protected override StateMerge Parse(string name) => name switch
    {
        "add" => StateMerge.Add,
        "gated" => StateMerge.Gated,
        _ => throw new JsonException($"expected add or gated, got {Quote.Text(name)}"),
    };
}
