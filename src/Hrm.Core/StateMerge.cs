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
