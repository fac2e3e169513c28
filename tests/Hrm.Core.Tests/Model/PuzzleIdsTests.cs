using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>Models whose puzzle table has another number of rows.</summary>
public sealed class PuzzleIdsTests
{
    private static readonly HrmConfig Config = new()
    {
        SequenceLength = 5,
        VocabularySize = 7,
        PuzzleEmbeddingWidth = 16,
        PuzzleIdCount = 4,
        HighLayers = 1,
        LowLayers = 1,
        HiddenSize = 16,
        Heads = 2,
        SwiGluInnerWidth = 32,
    };

    [Theory]
    [InlineData(6, null, 4)] // grows
    [InlineData(3, null, 3)] // keeps the first rows
    [InlineData(4, 0, 0)] // replaces all
    [InlineData(9, 2, 2)]
    public void The_first_rows_are_kept_and_the_others_are_new(int count, int? kept, int expected)
    {
        using var scope = NewDisposeScope();
        using var model = Create(Config);

        using var other = model.WithPuzzleIds(count, kept);

        other.Config.Should().Be(Config with { PuzzleIdCount = count });
        var rows = other.PuzzleEmbedding!.Weights;
        rows.shape.Should().Equal(count, 16);
        Equal(rows[..expected], model.PuzzleEmbedding!.Weights[..expected]).Should().BeTrue();
        rows[expected..].count_nonzero().item<long>().Should().Be(0);
        var stored = model.state_dict();
        foreach (var (name, tensor) in other.state_dict().Where(entry => entry.Key != "puzzle_emb.weights"))
        {
            Equal(tensor, stored[name]).Should().BeTrue(name);
        }

        // The two models share no memory.
        using (no_grad())
        {
            other.parameters().First().zero_();
        }

        model.parameters().First().count_nonzero().item<long>().Should().BePositive();
        model.Config.PuzzleIdCount.Should().Be(4);
    }

    [Fact]
    public void Weights_that_were_cast_for_inference_stay_so()
    {
        using var model = Create(Config);
        model.CastWeights();
        using var other = model.WithPuzzleIds(2);
        other.state_dict().Values.Should().OnlyContain(tensor => tensor.dtype == ScalarType.BFloat16);
    }

    [Fact]
    public void One_module_as_both_levels_stays_one()
    {
        using var generator = new Generator(1);
        using var model = CreateShared(Config, generator);
        using var other = model.WithPuzzleIds(2, create: config => CreateShared(config, generator));
        other.state_dict().Keys.Should().Equal(model.state_dict().Keys);
        ReferenceEquals(other.Recurrence.High, other.Recurrence.Low).Should().BeTrue();
    }

    [Fact]
    public void Invalid_requests_are_refused()
    {
        using var generator = new Generator(1);
        using var model = Create(Config);
        using var without = Create(Config with { PuzzleEmbeddingWidth = 0 });
        using var own = CreateShared(Config, generator);
        model.Invoking(it => it.WithPuzzleIds(6, 5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("kept");
        model.Invoking(it => it.WithPuzzleIds(3, 4)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("kept");
        model.Invoking(it => it.WithPuzzleIds(3, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("kept");
        model.Invoking(it => it.WithPuzzleIds(0, 0)).Should().Throw<InvalidConfigException>().WithMessage("*PuzzleIdCount*");
        model.Invoking(it => it.WithPuzzleIds(6, create: _ => Create(Config))).Should().Throw<HrmFormatException>().WithMessage("*of another model: there \"num_puzzle_identifiers\": 6, here \"num_puzzle_identifiers\": 4*");
        model.Invoking(it => it.WithPuzzleIds(6, create: config => CreateShared(config, generator))).Should().Throw<HrmFormatException>().WithMessage("*H_level*");
        model.Invoking(it => it.WithPuzzleIds(6, create: _ => null!)).Should().Throw<ArgumentException>().WithParameterName("create");
        own.Invoking(it => it.WithPuzzleIds(6)).Should().Throw<InvalidOperationException>().WithMessage("create: expected a function*");
        without.Invoking(it => it.WithPuzzleIds(6)).Should().Throw<InvalidOperationException>().WithMessage("puzzle ids: expected a model with a puzzle embedding*");
    }

    private static HrmModel Create(HrmConfig config)
    {
        using var generator = new Generator(1);
        using var noGradient = no_grad();
        var model = new HrmModel(config, generator);
        model.PuzzleEmbedding?.Weights.normal_(0, 1, generator);
        return model;
    }

    private static HrmModel CreateShared(HrmConfig config, Generator generator)
    {
        var both = ReasoningModule.Create(config, config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        return new HrmModel(config, both, both, generator);
    }

    private static bool Equal(Tensor left, Tensor right) => left.allclose(right, 0, 0);
}
