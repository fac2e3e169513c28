using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(ScalarType.Float32, PositionEncoding.Rope, StateMerge.Add)]
    [InlineData(ScalarType.BFloat16, PositionEncoding.Learned, StateMerge.Add)]
    [InlineData(ScalarType.Float32, PositionEncoding.Rope, StateMerge.Gated)]
    [InlineData(ScalarType.BFloat16, PositionEncoding.Rope2d, StateMerge.Add)]
    [InlineData(ScalarType.Float32, PositionEncoding.None, StateMerge.Add, TokenMixing.Convolution)]
    public void Load_restores_a_saved_model_bit_for_bit(ScalarType dtype, PositionEncoding positions, StateMerge merge, TokenMixing mixing = TokenMixing.Attention)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var config = TinyModel.Config with { ForwardDtype = dtype, PositionEncoding = positions, Merge = merge, Mixing = mixing, GridColumns = 5, PredictionFeedback = true };
        using var model = TinyModel.Create(config);
        using var batch = TinyModel.Batch();
        model.Save(_folder["model"]);
        using var loaded = HrmModel.Load(_folder["model"]);

        Directory.GetFiles(_folder["model"]).Select(Path.GetFileName).Should().BeEquivalentTo("config.json", "model.safetensors");
        loaded.Config.Should().Be(model.Config);
        loaded.ShouldHaveTheWeightsOf(model);
        loaded.call(loaded.InitialCarry(3), batch).Logits.Equals(model.call(model.InitialCarry(3), batch).Logits).Should().BeTrue();
        loaded.parameters().Should().OnlyContain(parameter => parameter.requires_grad, "it can be trained");
    }

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    public void Load_in_another_forward_dtype_keeps_the_weights(ScalarType stored, ScalarType asked)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = TinyModel.Create(TinyModel.Config with { ForwardDtype = stored });
        using var batch = TinyModel.Batch();
        model.Save(_folder["model"]);
        using var loaded = HrmModel.Load(_folder["model"], forwardDtype: asked);

        loaded.Config.Should().Be(model.Config with { ForwardDtype = asked });
        foreach (var (name, parameter) in model.named_parameters())
        {
            loaded.state_dict()[name].Equals(parameter).Should().BeTrue(name);
        }

        var logits = loaded.call(loaded.InitialCarry(3), batch).Logits;
        logits.dtype.Should().Be(asked);
        logits.BeCloseInMeanTo(model.call(model.InitialCarry(3), batch).Logits, 3e-2, "logits");
    }

    [Fact]
    public void Bfloat16_weights_take_half_the_size_and_give_the_same_segment()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = TinyModel.Create(TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 });
        using var batch = TinyModel.Batch();
        model.Save(_folder["float32"]);
        model.Save(_folder["bfloat16"], ScalarType.BFloat16);
        using var loaded = HrmModel.Load(_folder["bfloat16"]);

        using var wide = SafetensorsFile.Open(_folder["float32/model.safetensors"]);
        using var narrow = SafetensorsFile.Open(_folder["bfloat16/model.safetensors"]);
        narrow.Names.Should().AllSatisfy(name => narrow.GetEntry(name).Dtype.Should().Be(ScalarType.BFloat16));
        Bytes(narrow).Should().BeLessThan(Bytes(wide) * 51 / 100);
        loaded.state_dict()["lm_head.weight"].dtype.Should().Be(ScalarType.Float32);
        var expected = model.call(model.InitialCarry(3), batch);
        var actual = loaded.call(loaded.InitialCarry(3), batch);
        actual.Logits.Equals(expected.Logits).Should().BeTrue();
        actual.QHalt.Equals(expected.QHalt).Should().BeTrue();

        static long Bytes(SafetensorsFile file) => file.Names.Sum(name => file.GetEntry(name).ByteLength);
    }

    [Fact]
    public void Dtypes_that_models_do_not_have_are_rejected()
    {
        using var model = Save("model");
        FluentActions.Invoking(() => HrmModel.Load(_folder["model"], forwardDtype: ScalarType.Float16)).Should().Throw<InvalidConfigException>();
        model.Invoking(it => it.Save(_folder["other"], ScalarType.Int32)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("dtype");
        Directory.Exists(_folder["other"]).Should().BeFalse();
    }

    [Fact]
    public void Save_creates_missing_folders_and_replaces_an_older_model()
    {
        using var older = TinyModel.Create(TinyModel.Config with { HiddenSize = 32 }, seed: 5);
        older.Save(_folder["a/b/model"]);
        using var newer = Save("a/b/model");
        using var loaded = HrmModel.Load(_folder["a/b/model"]);
        loaded.ShouldHaveTheWeightsOf(newer);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void Load_without_a_file_names_it(string name)
    {
        Save("model");
        File.Delete(_folder["model", name]);
        Loading("model").Throw<HrmFileException>().WithMessage($"{_folder["model", name]}: the file does not exist");
    }

    [Fact]
    public void Load_of_the_weights_of_another_config_names_both_sides_and_the_config()
    {
        Save("model");
        WriteConfig(TinyModel.Config with { HiddenSize = 32 });
        Loading("model").Throw<HrmFormatException>().WithMessage("*model.safetensors: expected the 19826 values of the config beside it, got 6866; the config is *config.json");

        SaveAs(TinyModel.Config with { VocabularySize = 9 });
        Loading("model").Throw<HrmFormatException>().WithMessage("*model.safetensors, tensor *: expected F32 [7, 16], got F32 [9, 16]; the config is *config.json");

        SaveAs(TinyModel.Config with { LowLayers = 4 });
        WriteConfig(TinyModel.Config with { PositionEncoding = PositionEncoding.Learned });
        Loading("model").Throw<HrmFormatException>()
            .WithMessage("*expected the model's tensors: 1 missing (embed_pos.embedding_weight), 8 unknown (L_level.layers.2.mlp.down_proj.weight, *, …); the config is *config.json");

        void SaveAs(HrmConfig config)
        {
            using var model = TinyModel.Create(config);
            model.Save(_folder["model"]);
            WriteConfig(TinyModel.Config);
        }
    }

    /// <summary>Terabytes and more: a request for them would end the process.</summary>
    [Fact]
    public void Load_of_a_config_that_needs_more_memory_than_the_weights_is_rejected()
    {
        Save("model");
        HrmConfig[] greedy =
        [
            TinyModel.Config with { HiddenSize = 65536 },
            TinyModel.Config with { HiddenSize = 65536, LowLayers = 1024, HighLayers = 1024 },
            TinyModel.Config with { VocabularySize = 65536, HiddenSize = 65536 },
            TinyModel.Config with { PuzzleIdCount = 1 << 27 },
            TinyModel.Config with { PuzzleIdCount = 1 << 27, PuzzleEmbeddingWidth = 65536 },
        ];
        foreach (var config in greedy)
        {
            WriteConfig(config);
            Loading("model").Throw<HrmFormatException>().WithMessage($"{_folder["model/model.safetensors"]}: expected*");
        }
    }

    [UnixFact]
    public void Load_of_a_device_is_rejected()
    {
        Save("model");
        foreach (var name in new[] { "model.safetensors", "config.json" })
        {
            File.Delete(_folder["model", name]);
            File.CreateSymbolicLink(_folder["model", name], "/dev/zero");
            Loading("model").Throw<HrmFileException>().WithMessage($"{_folder["model", name]}: *expected a regular file, got a device or a pipe");

        }
    }

    [Fact]
    public void Save_below_a_file_is_rejected_and_leaves_nothing()
    {
        File.WriteAllText(_folder["file"], "text");
        using var model = TinyModel.Create();
        model.Invoking(it => it.Save(_folder["file/model"])).Should().Throw<HrmFileException>().WithMessage($"{_folder["file/model"]}: *");
        _folder.FileNames().Should().Equal("file");
        File.ReadAllText(_folder["file"]).Should().Be("text");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void Save_over_a_folder_with_the_name_of_a_file_is_rejected(string name)
    {
        Directory.CreateDirectory(_folder[$"model/{name}"]);
        using var model = TinyModel.Create();
        model.Invoking(it => it.Save(_folder["model"])).Should().Throw<HrmFileException>().WithMessage($"*{name}: *");
        Directory.GetFiles(_folder["model"]).Should().NotContain(file => file.EndsWith(".tmp"));
    }

    [Fact]
    public void A_failing_save_keeps_the_older_model()
    {
        using var older = Save("model");
        using var generator = new Generator(2);
        using var level = new ComplexLevel();
        using var model = new HrmModel(TinyModel.Config with { RmsNormEpsilon = 0.5 }, level, level, generator);

        model.Invoking(it => it.Save(_folder["model"])).Should().Throw<HrmFormatException>().WithMessage("*phase*dtype: expected one of*");

        Directory.GetFiles(_folder["model"]).Select(Path.GetFileName).Should().BeEquivalentTo("config.json", "model.safetensors");
        using var loaded = HrmModel.Load(_folder["model"]);
        loaded.Config.Should().Be(older.Config);
        loaded.ShouldHaveTheWeightsOf(older);
    }

    public void Dispose() => _folder.Dispose();

    private HrmModel Save(string name)
    {
        var model = TinyModel.Create();
        model.Save(_folder[name]);
        return model;
    }

    private void WriteConfig(HrmConfig config) => File.WriteAllText(_folder["model/config.json"], config.ToJson());

    private FluentAssertions.Specialized.FunctionAssertions<HrmModel> Loading(string name)
        => FluentActions.Invoking(() => HrmModel.Load(_folder[name])).Should();

    /// <summary>A level with a buffer that the file format cannot hold.</summary>
    private sealed class ComplexLevel : nn.Module<Tensor, Tensor, Tensor>
    {
        public ComplexLevel()
            : base(nameof(ComplexLevel))
        {
            register_buffer("phase", zeros([2], ScalarType.ComplexFloat32));
            RegisterComponents();
        }

        public override Tensor forward(Tensor state, Tensor injection) => state + injection;
    }
}
