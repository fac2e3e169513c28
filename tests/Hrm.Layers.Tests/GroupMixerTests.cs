using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class GroupMixerTests
{
    private const int Width = 24;

    /// <summary>The gradient of a message is the sum over its group, rounded once; the plain form does not round it: 1.26 was seen.</summary>
    private const double MoreRoundings = 1.4;

    /// <summary>The groups of the tokens of a 2×4 grid with boxes of 2×2 and two symbols, written by hand.</summary>
    private static readonly int[][] ByHand =
    [
        [0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3], // rows
        [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], // columns
        [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3], // boxes
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7], // cells
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // grid
    ];

    [Fact]
    public void Groups_of_a_grid_are_rows_columns_boxes_cells_and_the_grid()
    {
        var (groups, byHand) = (TokenGroups.OfGrid(2, 4, (2, 2), symbols: 2), new TokenGroups(ByHand));
        groups.Table.Members.Should().Equal(byHand.Table.Members);
        groups.Counts.Should().Equal(4, 8, 4, 8, 1);
        (groups.TokenCount, groups.GroupCount).Should().Be((16, 25));
        TokenGroups.OfGrid(3, 2).Counts.Should().Equal(3, 2, 1);
    }

    [Theory]
    [InlineData(Width)]
    [InlineData(40)] // two whole vectors and a half
    [InlineData(5)] // less than a vector
    public void Forward_and_backward_equal_the_plain_form(int width)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new GroupMixer(width, new TokenGroups(ByHand), generator);
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.MixGroups(x, ByHand, k => weights[$"proj.{k}.weight"]);
        var input = Normal([3, 16, width]);

        // Sums of up to 16 tokens and 40 products: 3e-7 was seen.
        layer.ShouldEqualExactly(Plain, input, 3e-6);
        layer.ShouldRoundNoWorse(Plain, input, MoreRoundings);
    }

    [Fact]
    public void Block_equals_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new TransformerBlock(new GroupMixer(Width, new TokenGroups(ByHand), generator), new SwiGlu(Width, 48, generator));
        var weights = layer.state_dict();
        Tensor Mix(Tensor x) => PlainLayers.MixGroups(x, ByHand, k => weights[$"groups.proj.{k}.weight"]);
        Tensor Feed(Tensor x) => PlainLayers.Gate(x, weights["mlp.gate_up_proj.weight"], weights["mlp.down_proj.weight"]);
        Tensor Plain(Tensor x) => PlainLayers.AddAndNorm(PlainLayers.AddAndNorm(x, Mix), Feed);
        var input = Normal([20, 16, Width]);
        layer.ShouldEqualExactly(Plain, input, 3e-6);
        layer.ShouldRoundNoWorse(Plain, input, MoreRoundings);
    }

    /// <summary>The path of other devices and dtypes.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 2e-6)]
    [InlineData(ScalarType.BFloat16, 0)] // sums of float32 of at most 16 tokens, rounded once
    public void Kernel_equals_the_product_with_the_matrix_of_members(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        var groups = new TokenGroups(ByHand).Table;
        var tokens = Normal([3, 16, Width]).to_type(dtype);
        var means = GroupSums.Means(tokens, groups);
        means.BeCloseTo(GroupSums.Plainly(tokens, groups, toGroups: true, isMean: true), tolerance + 1e-9, "means");
        GroupSums.Spread(means, groups).BeCloseTo(GroupSums.Plainly(means, groups, toGroups: false, isMean: false), tolerance + 1e-9, "spread");
    }

    [Fact]
    public void Matrix_of_members_is_made_once_for_a_device()
    {
        var groups = TokenGroups.OfGrid(2, 2).Table;
        Tensor means;
        using (NewDisposeScope())
        {
            means = groups.MatrixOn(CPU, isMean: true);
        }

        groups.MatrixOn(CPU, isMean: true).Should().BeSameAs(means);
        means.data<float>().Should().Equal(0.5f, 0, 0.5f, 0, 0.25f, 0.5f, 0, 0, 0.5f, 0.25f, 0, 0.5f, 0.5f, 0, 0.25f, 0, 0.5f, 0, 0.5f, 0.25f);
        groups.MatrixOn(CPU, isMean: false).data<float>().Should().Equal(1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1);
    }

    /// <summary>A solver puts puzzles of different requests into one batch.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Row_does_not_depend_on_the_other_rows(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        using var layer = new GroupMixer(32, TokenGroups.OfGrid(4, 4, (2, 2), 4), generator);
        var input = Normal([7, 64, 32]).to_type(dtype);
        var together = layer.call(input);
        for (var row = 0; row < 7; row++)
        {
            layer.call(input.narrow(0, row, 1)).Equals(together.narrow(0, row, 1)).Should().BeTrue();
        }
    }

    [Fact]
    public void Bad_groups_are_refused()
    {
        Action none = () => _ = new TokenGroups([]);
        none.Should().Throw<ArgumentException>().WithMessage("expected partitions of the same tokens, at least one of each*");
        Action ragged = () => _ = new TokenGroups([[0, 1], [0]]);
        ragged.Should().Throw<ArgumentException>().WithMessage("expected partitions of the same tokens*");
        Action negative = () => _ = new TokenGroups([[0, -1]]);
        negative.Should().Throw<ArgumentException>().WithMessage("expected groups from 0, got -1*");
        Action empty = () => _ = new TokenGroups([[0, 2]]);
        empty.Should().Throw<ArgumentException>().WithMessage("expected groups with at least one token*");
        Action box = () => TokenGroups.OfGrid(9, 9, (2, 3));
        box.Should().Throw<ArgumentException>().WithMessage("expected boxes that divide the grid of 9 × 9, got 2 × 3*");
    }
}
