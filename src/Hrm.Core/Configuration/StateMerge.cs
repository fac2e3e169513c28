using System.Text.Json.Serialization;
using Hrm.Layers;

namespace Hrm.Core;

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
