using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

/// <summary>Checkpoints that the authors' own training code wrote.</summary>
[Trait("Category", "Golden")]
public sealed class OfficialCheckpointTests(ITestOutputHelper output)
{
    private const string KeyPrefix = "model.inner.";

    public static TheoryData<string> Folders => [.. OfficialCheckpoint.Folders()];

    [Fact]
    public void Every_checkpoint_is_taken()
    {
        output.WriteLine(string.Join('\n', OfficialCheckpoint.Folders()));
        OfficialCheckpoint.Folders().Should().Contain(RepositoryFolder.Combine("tests", "golden", "official_checkpoint"));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Loaded_model_has_the_recorded_weights_byte_for_byte(string folder)
    {
        using var scope = NewDisposeScope();
        var recorded = OfficialCheckpoint.ModelFolder(folder);
        using var model = AuthorsCheckpoint.Load(folder, OfficialCheckpoint.SequenceLength(recorded));
        using var expected = SafetensorsFile.Open(Path.Combine(recorded, "weights.safetensors"));

        var state = model.state_dict();
        expected.Names.Should().BeEquivalentTo(state.Keys.Select(key => KeyPrefix + key));
        foreach (var (key, actual) in state)
        {
            var wanted = expected.Read(KeyPrefix + key);
            actual.dtype.Should().Be(wanted.dtype, key);
            actual.shape.Should().Equal(wanted.shape, key);
            actual.bytes.SequenceEqual(wanted.bytes).Should().BeTrue($"{key} is the recorded one");
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_file_can_be_named_itself(string folder)
    {
        var length = OfficialCheckpoint.SequenceLength(OfficialCheckpoint.ModelFolder(folder));
        foreach (var file in Directory.GetFiles(folder, "step_*"))
        {
            using var checkpoint = AuthorsCheckpoint.Open(file, length);
            checkpoint.Weights.Path.Should().Be(file);
            checkpoint.Weights.Names.Should().NotBeEmpty();
        }
    }

    /// <summary>The names of our own files are the authors' without the prefix: docs/authors-checkpoints.md adds it.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Saved_model_has_the_names_and_bytes_of_the_authors(string folder)
    {
        using var scope = NewDisposeScope();
        using var temporary = new TemporaryFolder();
        var length = OfficialCheckpoint.SequenceLength(OfficialCheckpoint.ModelFolder(folder));
        using var checkpoint = AuthorsCheckpoint.Open(folder, length);
        using var model = AuthorsCheckpoint.Load(folder, length);
        model.Save(temporary.Path);

        using var saved = SafetensorsFile.Open(temporary["model.safetensors"]);
        var prefix = checkpoint.Weights.Names[0].StartsWith("_orig_mod.", StringComparison.Ordinal) ? "_orig_mod." + KeyPrefix : KeyPrefix;
        saved.Names.Select(name => prefix + name).Should().BeEquivalentTo(checkpoint.Weights.Names);
        foreach (var name in saved.Names)
        {
            saved.GetEntry(name).ToString().Should().Be(checkpoint.Weights.GetEntry(prefix + name).ToString());
            saved.Read(name).bytes.SequenceEqual(checkpoint.Weights.Read(prefix + name).bytes).Should().BeTrue(name);
        }
    }
}
