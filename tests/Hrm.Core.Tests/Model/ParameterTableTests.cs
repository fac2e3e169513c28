using System.Text;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>
/// Names, shapes and dtypes of every preset's and option's tensors, and the number of its parameters: a checkpoint loads key for key only
/// while these stay. After an intended change, copy the received text of the message into the approved file.
/// </summary>
public sealed class ParameterTableTests
{
    private static readonly Dictionary<string, HrmConfig> Presets = new()
    {
        ["SudokuExtreme"] = HrmPresets.SudokuExtreme,
        ["SudokuExtremeFull"] = HrmPresets.SudokuExtremeFull,
        ["MazeHard"] = HrmPresets.MazeHard,
        ["Arc"] = HrmPresets.Arc(1000),
        ["Small"] = HrmPresets.Small(81, 11),
        ["SmallConvolution"] = HrmPresets.Small(81, 11) with { Mixing = TokenMixing.Convolution, KernelSize = 5 },
        ["SmallGroups"] = HrmPresets.Small(81, 11) with { HiddenSize = 288, SwiGluInnerWidth = 128, Mixing = TokenMixing.Groups, BoxRows = 3, BoxColumns = 3, Symbols = 9 },
        ["SmallRope2d"] = HrmPresets.Small(81, 11) with { Mixing = TokenMixing.Attention, PositionEncoding = PositionEncoding.Rope2d },
        ["SmallFeedback"] = HrmPresets.Small(81, 11) with { PredictionFeedback = true },
    };

    public static TheoryData<string> Names => [.. Presets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_table_of_a_preset_is_approved(string name)
    {
        using var model = new HrmModel(Presets[name]);
        var received = Describe(model);
        var path = RepositoryFolder.Combine("tests", "Hrm.Core.Tests", "Approved", $"{name}.txt");
        var approved = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        Assert.True(received == approved, $"{path}: approved:\n{approved}\nreceived:\n{received}");
        received.Should().EndWith($"\nparameters: {Presets[name].ParameterCount}\n");
    }

    [Theory]
    [InlineData(PositionEncoding.Rope, TokenMixing.Attention, StateMerge.Add)]
    [InlineData(PositionEncoding.Learned, TokenMixing.Attention, StateMerge.Add)]
    [InlineData(PositionEncoding.Rope2d, TokenMixing.Attention, StateMerge.Add)]
    [InlineData(PositionEncoding.None, TokenMixing.TokenMixer, StateMerge.Add)]
    [InlineData(PositionEncoding.None, TokenMixing.Convolution, StateMerge.Add, true)]
    [InlineData(PositionEncoding.Rope, TokenMixing.Attention, StateMerge.Gated)]
    [InlineData(PositionEncoding.None, TokenMixing.TokenMixer, StateMerge.Gated, true)]
    public void ParameterCount_is_right_for_different_levels_and_every_option(PositionEncoding positions, TokenMixing mixing, StateMerge merge, bool feedback = false)
    {
        using var model = new HrmModel(TinyModel.Config with
        {
            PositionEncoding = positions,
            GridColumns = 5,
            Mixing = mixing,
            HighLayers = 3,
            Merge = merge,
            PredictionFeedback = feedback,
        });
        using var scope = NewDisposeScope();
        model.parameters().Sum(parameter => parameter.numel()).Should().Be(model.Config.ParameterCount);
    }

    private static string Describe(HrmModel model)
    {
        using var scope = NewDisposeScope();
        var parameters = model.named_parameters().Select(entry => entry.name).ToHashSet();
        var text = new StringBuilder();
        foreach (var (name, tensor) in model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var kind = parameters.Contains(name) ? "parameter" : "buffer";
            text.Append(name).Append(" [").AppendJoin(", ", tensor.shape).Append("] ").Append(tensor.dtype).Append(' ').Append(kind).Append('\n');
        }

        return text.Append("parameters: ").Append(model.parameters().Sum(parameter => parameter.numel())).Append('\n').ToString();
    }
}
