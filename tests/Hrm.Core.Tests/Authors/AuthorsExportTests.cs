using System.IO.Compression;
using System.Text;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class AuthorsExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>The names, types and shapes that the authors' code finds: a change is a change of the file format.</summary>
    [Fact]
    public void Table_of_an_exported_file_is_the_approved_one()
    {
        using var model = TinyModel.Create(AuthorsFolder.Config with { ForwardDtype = ScalarType.BFloat16 });
        model.SaveForAuthors(_folder.Path, step: 3);
        using var file = TorchSaveFile.Open(_folder["step_3"]);
        var received = new StringBuilder();
        foreach (var name in file.Names.Order(StringComparer.Ordinal))
        {
            received.Append(name).Append(' ').Append(file.GetEntry(name)).Append('\n');
        }

        received.Append('\n').Append(File.ReadAllText(_folder["all_config.yaml"]));
        var path = RepositoryFolder.Combine("tests", "Hrm.Core.Tests", "Approved", "AuthorsExport.txt");
        var approved = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        Assert.True(received.ToString() == approved, $"{path}: approved:\n{approved}\nreceived:\n{received}");
    }

    [Theory]
    [InlineData(true, "_orig_mod.model.inner.")]
    [InlineData(false, "model.inner.")]
    public void Names_begin_as_those_of_a_compiled_model_or_of_a_plain_one(bool compiled, string prefix)
    {
        using var model = TinyModel.Create(AuthorsFolder.Config);
        model.SaveForAuthors(_folder.Path, compiled: compiled);
        using var file = TorchSaveFile.Open(_folder["step_0"]);
        file.Names.Should().BeEquivalentTo(model.state_dict().Keys.Select(key => prefix + key));
        using var loaded = HrmModel.Load(_folder.Path, 5);
        loaded.ShouldHaveTheWeightsOf(model);
    }

    [Fact]
    public void Puzzle_table_is_float32_and_initial_states_are_in_the_forward_dtype()
    {
        using var model = TinyModel.Create(AuthorsFolder.Config with { ForwardDtype = ScalarType.BFloat16 });
        model.SaveForAuthors(_folder.Path, compiled: false);
        using var file = TorchSaveFile.Open(_folder["step_0"]);
        file.Read("model.inner.puzzle_emb.weights").bytes.SequenceEqual(model.state_dict()["puzzle_emb.weights"].bytes).Should().BeTrue();
        file.GetEntry("model.inner.puzzle_emb.weights").ToString().Should().Be("F32 [3, 16]");
        file.Read("model.inner.H_init").bytes.SequenceEqual(model.state_dict()["H_init"].bytes).Should().BeTrue();
        file.GetEntry("model.inner.H_init").ToString().Should().Be("BF16 [16]");
    }

    [Fact]
    public void Archive_is_stored_aligned_and_the_same_each_time()
    {
        using var model = TinyModel.Create(AuthorsFolder.Config);
        model.SaveForAuthors(_folder["a"]);
        model.SaveForAuthors(_folder["b"]);
        var bytes = File.ReadAllBytes(_folder["a/step_0"]);
        bytes.Should().Equal(File.ReadAllBytes(_folder["b/step_0"]));

        using var zip = ZipFile.OpenRead(_folder["a/step_0"]);
        var count = model.state_dict().Count;
        zip.Entries.Select(entry => entry.FullName).Should().Equal(
            ["archive/data.pkl", "archive/byteorder", .. Enumerable.Range(0, count).Select(i => $"archive/data/{i}"), "archive/version"]);
        zip.Entries.Should().OnlyContain(entry => entry.CompressedLength == entry.Length);
        using var stored = StoredZip.Open(_folder["a/step_0"]);
        Enumerable.Range(0, count).Should().OnlyContain(i => stored.Find($"data/{i}")!.Start % 64 == 0);
        Encoding.ASCII.GetString(stored.ReadAll(stored.Find("version")!, 10)).Should().Be("3\n");
        stored.ReadAll(stored.Find("data.pkl")!, 100_000)[..2].Should().Equal(0x80, 2);
    }

    [Fact]
    public void Tensors_of_every_type_and_layout_are_written()
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            KeyValuePair.Create("transposed", arange(6).view(2, 3).t()),
            KeyValuePair.Create("scalar", tensor(3.5, ScalarType.Float64)),
            KeyValuePair.Create("empty", zeros([0, 4], ScalarType.Float16)),
            KeyValuePair.Create("bool", tensor([true, false])),
            KeyValuePair.Create("part", arange(10, ScalarType.Int16).slice(0, 2, 8, 3)),
            KeyValuePair.Create("parameter é", (Tensor)nn.Parameter(ones(2))),
        ];
        TorchSaveWriter.Save(_folder["w"], tensors);
        using var file = TorchSaveFile.Open(_folder["w"]);
        file.Names.Should().Equal(tensors.Select(item => item.Key));
        foreach (var (name, expected) in tensors)
        {
            file.GetEntry(name).Dtype.Should().Be(expected.dtype);
            file.Read(name).Equals(expected.detach()).Should().BeTrue(name);
        }
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused_and_the_older_file_stays()
    {
        TorchSaveWriter.Save(_folder["w"], [KeyValuePair.Create("w", ones(1))]);
        var before = File.ReadAllBytes(_folder["w"]);
        Saving([KeyValuePair.Create("c", zeros([1], ScalarType.ComplexFloat32))]).WithMessage("*tensor 'c': dtype: expected one of *, got ComplexFloat32");
        Saving([KeyValuePair.Create("a", ones(1)), KeyValuePair.Create("a", ones(1))]).WithMessage("*expected each key once, got 'a' twice");
        Saving([KeyValuePair.Create("\ud800", ones(1))]).WithMessage("*expected a name that is valid Unicode");
        Saving([KeyValuePair.Create(new string('n', 2_000), ones(1))]).WithMessage("*texts of at most 1024 bytes, got one of 2000");
        File.ReadAllBytes(_folder["w"]).Should().Equal(before);
        _folder.FileNames().Should().Equal("w");
    }

    [Fact]
    public void Architectures_that_the_authors_code_lacks_are_refused_with_all_reasons()
    {
        using var model = TinyModel.Create(TinyModel.Config with { MixTokens = true, TokenMixerInnerWidth = 8, PositionEncoding = PositionEncoding.None, PuzzlePrefixLength = 2, Merge = StateMerge.Gated });
        model.Invoking(it => it.SaveForAuthors(_folder["x"])).Should().Throw<InvalidConfigException>().Which.Errors.Should().Equal(
            "merge: expected Add, got Gated",
            "swiglu_inner: expected 256, the authors' rule for expansion 4.0, got 24",
            "token_mixer_inner: expected 256, the authors' rule for expansion 4.0, got 8",
            "mlp_t: expected False with two levels, got True",
            "pos_encodings: expected Rope or Learned with two levels, got None",
            "puzzle_emb_len: expected 1 with two levels, got 2");
        Directory.Exists(_folder["x"]).Should().BeFalse();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_folder["file"], "text");
        using var model = TinyModel.Create(AuthorsFolder.Config);
        model.Invoking(it => it.SaveForAuthors(_folder["file/run"])).Should().Throw<HrmFileException>().WithMessage($"{_folder["file/run"]}: *");
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private FluentAssertions.Specialized.ExceptionAssertions<WeightsFormatException> Saving(IEnumerable<KeyValuePair<string, Tensor>> tensors)
        => FluentActions.Invoking(() => TorchSaveWriter.Save(_folder["w"], tensors)).Should().Throw<WeightsFormatException>();
}
