using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A model of groups and interchangeable symbols treats equal puzzles alike before it has learned anything.</summary>
public sealed class SymbolTests
{
    private static readonly int[] Rows = [1, 0, 3, 2]; // within bands of two
    private static readonly int[] Columns = [2, 3, 0, 1]; // whole stacks
    private static readonly int[] Tokens = [0, 1, 4, 2, 5, 3]; // padding and blank stay, digits are relabelled

    private static HrmConfig Config { get; } = new()
    {
        SequenceLength = 16,
        VocabularySize = 6,
        HiddenSize = 32,
        SwiGluInnerWidth = 16,
        HighLayers = 2,
        LowLayers = 1,
        Mixing = TokenMixing.Groups,
        BoxRows = 2,
        BoxColumns = 2,
        Symbols = 4,
        PositionEncoding = PositionEncoding.None,
        ForwardDtype = ScalarType.Float32,
    };

    [Fact]
    public void Logits_of_a_transformed_puzzle_are_the_transformed_logits()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        using var model = new HrmModel(Config, generator);
        var random = new Random(1);
        var tokens = Enumerable.Range(0, 16).Select(_ => random.Next(1, 6)).ToArray();
        var (cells, symbols) = (Enumerable.Range(0, 16).Select(cell => (4L * Rows[cell / 4]) + Columns[cell % 4]).ToArray(), Tokens.Select(token => (long)token).ToArray());
        var changed = cells.Select(cell => Tokens[tokens[cell]]).ToArray();

        var original = Logits(tokens); // [S, V]
        var transformed = Logits(changed); // [S, V]
        var expected = original.index_select(0, tensor(cells)); // [S, V], of the old tokens
        transformed.index_select(1, tensor(symbols)).BeCloseTo(expected, 1e-5, "logits");
        original.std().item<float>().Should().BeGreaterThan(0.1f);
        original.select(1, 2).Equals(original.select(1, 3)).Should().BeFalse("a symbol differs from another one where it is given");

        Tensor Logits(int[] puzzle)
        {
            using var batch = PuzzleBatch.Create(puzzle, [], [0], 16);
            var output = model.call(model.InitialCarry(1), batch);
            return model.call(output.Carry, batch).Logits[0];
        }
    }

    [Fact]
    public void Without_groups_of_symbols_the_logits_differ()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var model = new HrmModel(Config with { Symbols = 0 }, generator);
        using var batch = PuzzleBatch.Create([2, .. Enumerable.Repeat(1, 15), 3, .. Enumerable.Repeat(1, 15)], [], [0, 0], 16);
        var logits = model.call(model.InitialCarry(2), batch).Logits; // [2, S, V]
        logits[0].select(1, 2).isclose(logits[1].select(1, 3), 1e-3).all().item<bool>().Should().BeFalse();
    }
}
