namespace Hrm.Runtime.Tests;

public sealed class VersionRelaxationTests
{
    [LinuxX64Fact]
    public void Real_library_requires_the_version_of_libstdcpp_and_uses_none_of_its_symbols()
    {
        var elf = new ElfSharedObject(NativeTorchSharp.Read(), "real");

        var needs = elf.Needs();

        var need = needs.Should().ContainSingle(n => n.Version == "GLIBCXX_3.4.32").Subject;
        need.File.Should().Be("libstdc++.so.6");
        elf.RelocationsUsing(need.Index).Should().Be(0);
        var common = needs.Single(n => n.File == "libstdc++.so.6" && n.Version == "GLIBCXX_3.4");
        elf.RelocationsUsing(common.Index).Should().BeGreaterThan(10);
    }

    [LinuxX64Fact]
    public void Real_library_differs_in_the_flags_of_one_entry()
    {
        var original = NativeTorchSharp.Read();
        var elf = new ElfSharedObject(original, "real");
        var need = elf.Needs().Single(n => n.Version == "GLIBCXX_3.4.32");

        var corrected = VersionRelaxation.Apply(original, "real", () => false)!;

        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != corrected[i]).ToList();
        changed.Should().Equal(need.FlagsOffset);
        corrected[need.FlagsOffset].Should().Be(2);
        original.Should().Equal(NativeTorchSharp.Read(), "the caller's bytes are unchanged");
        VersionRelaxation.Apply(corrected, "corrected", () => false).Should().BeNull("a corrected library needs nothing more");
    }

    [Fact]
    public void Library_is_unchanged_if_it_does_not_lack_the_version()
    {
        Apply(new TinyElf(), () => true).Should().BeNull("the host offers the version");
        Apply(new TinyElf { Needs = ["GLIBCXX_3.4"] }, () => throw new InvalidOperationException("queried")).Should().BeNull("the host is not queried");
        Apply(new TinyElf { Library = "libother.so" }, () => false).Should().BeNull("it needs the version of another library");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Relocation_that_uses_the_version_is_rejected(bool inPlt)
    {
        Apply(new TinyElf { InPlt = inPlt, UsedVersion = 0 }, () => false).Should().NotBeNull();
        var act = () => Apply(new TinyElf { InPlt = inPlt, UsedVersion = 1 }, () => false);
        act.Should().Throw<TorchLoadException>().WithMessage("*uses 1 symbol(s) of GLIBCXX_3.4.32*");
    }

    private static byte[]? Apply(TinyElf library, Func<bool> isOffered) => VersionRelaxation.Apply(library.Build(), "tiny", isOffered);
}
