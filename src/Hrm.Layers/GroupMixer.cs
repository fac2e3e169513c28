using Hrm.Layers.Kernels;
using TorchSharp.Modules;

namespace Hrm.Layers;

/// <summary>Mixes tokens by the means of their groups: <c>y = Σ_k W_k · mean_k</c>, mean_k that of a token's group in partition k.</summary>
/// <remarks>
/// All tokens of a group get the same message, so the layer treats them alike: a model of such layers cannot tell one column of a Sudoku
/// from another, and needs no examples to learn that they are alike. Keys: <c>proj.k.weight</c>, [D, D]. Source: Zaheer et al.,
/// <i>Deep Sets</i>, arXiv 1703.06114.
/// </remarks>
public sealed class GroupMixer : nn.Module<Tensor, Tensor>
{
    /// <summary>The smallest batch whose product gives row-independent results here: in float32 one of 5 rows of 32 values differed from one of 7.</summary>
    private const int MinProductRows = 16;

    [ComponentName(Name = "proj")]
    private readonly ModuleList<CastedLinear> _projections;

    private readonly TokenGroups _groups;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">D.</param>
    /// <param name="groups">The groups of the tokens.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is not positive.</exception>
    public GroupMixer(long width, TokenGroups groups, Generator? generator)
        : base(nameof(GroupMixer))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentNullException.ThrowIfNull(groups);
        Width = width;
        _groups = groups;
        _projections = new ModuleList<CastedLinear>([.. groups.Counts.Select(_ => new CastedLinear(width, width, generator))]);
        RegisterComponents();
    }

    /// <summary>D.</summary>
    internal long Width { get; }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="input">[B, S, D], floating point.</param>
    /// <returns>[B, S, D] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The shape differs.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", _groups.TokenCount, Width);
        using var scope = NewDisposeScope();
        var means = GroupSums.Means(input, _groups.Table); // [G, B, D]
        var messages = new List<Tensor>();
        var first = 0;
        foreach (var (count, projection) in _groups.Counts.Zip(_projections))
        {
            var part = means.narrow(0, first, count); // [groups of k, B, D]
            if (count * input.size(0) < MinProductRows)
            {
                part = nn.functional.pad(part, [0, 0, 0, MinProductRows]); // [groups of k, B + 16, D]
            }

            messages.Add(projection.call(part).narrow(1, 0, input.size(0))); // [groups of k, B, D]
            first += count;
        }

        return GroupSums.Spread(cat(messages, 0), _groups.Table).MoveToOuterDisposeScope(); // [B, S, D]
    }
}
