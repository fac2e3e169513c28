using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

/// <summary>Checkpoints that the authors' own training code wrote.</summary>
[Trait("Category", "Golden")]
public sealed class OfficialCheckpointTests
{
    private const string KeyPrefix = "model.inner.";

    public static TheoryData<string> Folders => [.. OfficialCheckpoint.Folders()];

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

    /// <summary>Names in files of this library are the authors' names without the prefix; docs/authors-checkpoints.md adds it.</summary>
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
