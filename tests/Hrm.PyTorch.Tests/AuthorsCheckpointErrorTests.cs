using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

/// <summary>Missing, invalid and contradictory files; a message has the expected and the actual value.</summary>
public sealed class AuthorsCheckpointErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Missing_files_are_named_with_the_method_for_the_other_format()
    {
        Opening(_folder["nowhere"]).Should().Throw<HrmFileException>().WithMessage($"{_folder["nowhere"]}: expected a folder of the authors' training, or a file of weights in one*");
        Opening(_folder.Path).Should().Throw<HrmFileException>().WithMessage($"{_folder.Path}: expected a file of weights, step_N, NAME_step_N or checkpoint, got none: if one of these is it, give its path");
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config);
        File.Delete(_folder["all_config.yaml"]);
        Opening(_folder.Path).Should().Throw<HrmFileException>().WithMessage($"{_folder["all_config.yaml"]}: the file does not exist");
        File.WriteAllText(_folder["step_5"], "a text instead of weights");
        Opening(_folder.Path).Should().Throw<HrmFormatException>().WithMessage($"{_folder["step_5"]}: expected a file of torch.save, got the text 'a text instead of weights'");

        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config);
        FluentActions.Invoking(() => HrmModel.Load(_folder.Path)).Should().Throw<HrmFileException>()
            .WithMessage($"{_folder["config.json"]}: the file does not exist; all_config.yaml there is the authors': load it with AuthorsCheckpoint.Load of Hrm.PyTorch");
        File.Delete(_folder["all_config.yaml"]);
        using var model = AuthorsFolder.Model(AuthorsFolder.Config);
        model.Save(_folder.Path);
        File.WriteAllText(_folder["step_1"], "x");
        Opening(_folder.Path).Should().Throw<HrmFileException>()
            .WithMessage($"{_folder["all_config.yaml"]}: the file does not exist; config.json there is this library's: load it with HrmModel.Load(folder)");
    }

    [Theory]
    [InlineData("hidden_size: 16", "hidden_size: sixteen", "line 10, arch.hidden_size: expected a whole number, got 'sixteen'")]
    [InlineData("hidden_size: 16", "hidden_size: 16.0", "arch.hidden_size: expected a whole number, got '16.0'")]
    [InlineData("hidden_size: 16", "hidden_size: '16'", "arch.hidden_size: expected a whole number, got the quoted text '16'")]
    [InlineData("hidden_size: 16", "hidden_size: 99999999999", "arch.hidden_size: expected a whole number, got '99999999999'")]
    [InlineData("hidden_size: 16", "hidden_size: [16]", "arch.hidden_size: expected a whole number, got a list")]
    [InlineData("hidden_size: 16", "hidden_sise: 16", "arch.hidden_size: expected a whole number, got none")]
    [InlineData("puzzle_emb_ndim: 16", "puzzle_emb_ndim: ${.hidden_size}", "arch.puzzle_emb_ndim: expected a whole number, got '${.hidden_size}'")]
    [InlineData("expansion: 4.0", "expansion: 4,0", "arch.expansion: expected a number, got '4,0'")]
    [InlineData("expansion: 4.0", "expansion: NaN", "expansion: expected 0.01 … 64, got NaN")]
    [InlineData("pos_encodings: rope", "pos_encodings: alibi", "arch.pos_encodings: expected rope or learned or none or rope2d, got 'alibi'")]
    [InlineData("forward_dtype: float32", "forward_dtype: float16", "arch.forward_dtype: expected float32 or bfloat16, got 'float16'")]
    [InlineData("rope_theta: 10000.0", "mlp_t: maybe", "arch.mlp_t: expected true or false, got 'maybe'")]
    [InlineData("rope_theta: 10000.0", "rope_theta: -1.0", "rope_theta: expected a finite number above 0, got -1")]
    [InlineData("H_cycles: 2", "H_cycles: 0", "H_cycles: expected 1 … 1024, got 0")]
    [InlineData("num_heads: 2", "num_heads: 3", "num_heads: expected a divisor of hidden_size 16, got 3")]
    [InlineData("arch:", "model:", "expected the key arch with the architecture below it, got none")]
    [InlineData("hidden_size: 16", "hidden_size: 32", "arch.hidden_size: expected 16, as embed_tokens.embedding_weight in {0} has it, got 32")]
    [InlineData("puzzle_emb_ndim: 16", "puzzle_emb_ndim: 8", "arch.puzzle_emb_ndim: expected 16, as puzzle_emb.weights in {0} has it, got 8")]
    [InlineData("L_layers: 2", "L_layers: 3", "arch.L_layers: expected 2, as L_level.* in {0} has it, got 3")]
    [InlineData("H_layers: 1", "H_layers: 2", "arch.H_layers: expected 1, as H_level.* in {0} has it, got 2")]
    [InlineData("forward_dtype: float32", "forward_dtype: bfloat16", "arch.forward_dtype: expected float32, as H_init in {0} has it, got bfloat16")]
    [InlineData("pos_encodings: rope", "pos_encodings: learned", "arch.pos_encodings: learned: expected False, as embed_pos.embedding_weight in {0} has it, got True")]
    [InlineData("num_heads: 2", "mlp_t: true\n  num_heads: 2", "arch.mlp_t: expected False, as L_level.layers.0.mlp_t.gate_up_proj.weight in {0} has it, got True")]
    public void Bad_fields_and_contradictions_are_named_with_their_files(string field, string replacement, string expected)
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config, yaml => yaml.Replace(field, replacement, StringComparison.Ordinal));
        Opening(_folder.Path).Should().Throw<InvalidConfigException>()
            .Which.Message.Should().StartWith(_folder["all_config.yaml"]).And.Contain(expected.Replace("{0}", _folder["step_0"], StringComparison.Ordinal));
    }

    [Fact]
    public void All_bad_fields_are_in_one_exception()
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config, _ => "arch:\n  H_cycles: x\n  expansion: y\n");
        Opening(_folder.Path).Should().Throw<InvalidConfigException>().Which.Errors.Should().Equal(
            "arch.L_layers: expected a whole number, got none",
            "line 2, arch.H_cycles: expected a whole number, got 'x'",
            "arch.L_cycles: expected a whole number, got none",
            "arch.H_layers: expected a whole number, got none",
            "arch.hidden_size: expected a whole number, got none",
            "arch.num_heads: expected a whole number, got none",
            "line 3, arch.expansion: expected a number, got 'y'",
            "arch.pos_encodings: expected rope or learned or none or rope2d, got none");
    }

    [Fact]
    public void Sequence_length_that_contradicts_the_tensors_is_refused()
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config with { PositionEncoding = PositionEncoding.Learned });
        Opening(_folder.Path, 6).Should().Throw<InvalidConfigException>()
            .WithMessage($"{_folder["all_config.yaml"]}: sequenceLength 6 with a prefix of at least 1 (arch.puzzle_emb_len, arch.puzzle_emb_ndim): expected together 6, the tokens of embed_pos.embedding_weight in {_folder["step_0"]}.");

        AuthorsFolder.Write(_folder.Path, AuthorsFolder.SharedConfig with { Mixing = TokenMixing.TokenMixer }, shared: true);
        Opening(_folder.Path, 9).Should().Throw<InvalidConfigException>()
            .WithMessage("*sequenceLength 9 with a prefix of 3 *: expected together 8, the tokens of L_level.layers.0.mlp_t.gate_up_proj.weight in *step_0*");
    }

    [Fact]
    public void Weights_of_another_model_are_refused()
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config, yaml => yaml.Replace("expansion: 4.0", "expansion: 40.0", StringComparison.Ordinal));
        FluentActions.Invoking(() => AuthorsCheckpoint.Load(_folder.Path, 5)).Should().Throw<HrmFormatException>().WithMessage($"{_folder["step_0"]}: expected*");
        using var scope = NewDisposeScope();
        AuthorsFiles.WriteTensors(_folder["step_7"], [("fc.weight", zeros(2, 2))]);
        Opening(_folder.Path).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder["step_7"]}: expected the tensors of a model, embed_tokens.embedding_weight among them, got fc.weight: 1 in all");
        AuthorsFiles.WriteTensors(_folder["step_7"], [("embed_tokens.embedding_weight", zeros(2))]);
        Opening(_folder.Path).Should().Throw<HrmFormatException>().WithMessage("*embed_tokens.embedding_weight*: expected a matrix, got F32 [2]");
    }

    [Theory]
    [InlineData("arch: 1\n", 1, "*as a key, each once, got 'arch'*")]
    [InlineData("#", 1 << 20, "*expected at most 1048576 bytes, got *")]
    public void Refused_checkpoint_is_closed(string added, int times, string message)
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config, yaml => yaml + string.Concat(Enumerable.Repeat(added, times)));
        Opening(_folder.Path).Should().Throw<InvalidConfigException>().WithMessage(message);
        using var exclusive = new FileStream(_folder["step_0"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        exclusive.Length.Should().BePositive();
    }

    public void Dispose() => _folder.Dispose();

    private static Func<AuthorsCheckpoint> Opening(string path, int sequenceLength = 5) => () => AuthorsCheckpoint.Open(path, sequenceLength);
}
