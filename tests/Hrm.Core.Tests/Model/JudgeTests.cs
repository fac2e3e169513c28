using Hrm.Layers;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class JudgeTests
{
    private static readonly Dictionary<string, HrmConfig> Configs = new()
    {
        ["rope"] = TinyModel.Config,
        ["learned positions, no prefix"] = TinyModel.Config with { PositionEncoding = PositionEncoding.Learned, PuzzleEmbeddingWidth = 0 },
        ["token mixer"] = TinyModel.Config with { PositionEncoding = PositionEncoding.None, MixTokens = true },
        ["three layers"] = TinyModel.Config with { HighLayers = 3, LowLayers = 1 },
        ["cycles"] = TinyModel.Config with { HighCycles = 1, LowCycles = 3 },
        ["gated merge"] = TinyModel.Config with { Merge = StateMerge.Gated },
        ["bfloat16"] = TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 },
    };

    public static TheoryData<string> Cases => [.. Configs.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Q_values_are_those_of_a_whole_segment(string name)
    {
        var config = Configs[name];
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create(config);
        using var batch = TinyModel.Batch();
        var first = model.call(model.InitialCarry(3), batch);
        var expected = model.call(first.Carry, batch);

        var (halt, proceed) = model.Judge(first.Carry, batch);

        var tolerance = config.ForwardDtype == ScalarType.BFloat16 ? 1e-2 : 1e-6;
        halt.BeCloseTo(expected.QHalt.detach(), tolerance, "q_halt");
        proceed.BeCloseTo(expected.QContinue.detach(), tolerance, "q_continue");
        halt.requires_grad.Should().BeFalse();
        (expected.QHalt - first.QHalt).abs().max().item<float>().Should().BeGreaterThan(1e-3f, "a segment changes what is judged");
    }

    [Fact]
    public void Bad_input_is_refused_as_by_a_segment()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create();
        using var batch = TinyModel.Batch();
        var carry = model.InitialCarry(2);
        FluentActions.Invoking(() => model.Judge(carry, batch)).Should().Throw<ShapeMismatchException>();
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using var model = TinyModel.Create();
        using var batch = TinyModel.Batch();
        using var carry = model.InitialCarry(3);
        TensorLeak.Check(() =>
        {
            var (halt, proceed) = model.Judge(carry, batch);
            halt.Dispose();
            proceed.Dispose();
        });
    }
}
