using System.Text.Json;

namespace Hrm.Core;

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
