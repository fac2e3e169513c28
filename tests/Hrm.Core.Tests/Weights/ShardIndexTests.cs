using System.Text;

namespace Hrm.Core.Tests;

public sealed class ShardIndexTests
{
    [Fact]
    public void Parse_reads_the_map_and_passes_over_the_rest()
    {
        var map = ShardIndex.Parse("""
            {"metadata": {"total_size": 1.5e10, "more": [{"x": null}]}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}, "other": 1}
            """u8, "index");

        map.Should().Equal(new Dictionary<string, string> { ["a"] = "m-1.safetensors", ["b"] = "m-2.safetensors" });
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "expected an object, got StartArray")]
    [InlineData("{", "JSON")]
    [InlineData("{}x", "JSON")]
    [InlineData("{}", "expected the object weight_map, got none")]
    [InlineData("{\"weight_map\":[]}", "expected an object under weight_map, got StartArray")]
    [InlineData("{\"weight_map\":{},\"weight_map\":{}}", "weight_map once")]
    [InlineData("{\"weight_map\":{\"a\":1}}", "expected a file name for 'a', got Number")]
    [InlineData("{\"weight_map\":{\"a\":null}}", "expected a file name for 'a', got Null")]
    [InlineData("{\"weight_map\":{\"a\":\"m.safetensors\",\"a\":\"m.safetensors\"}}", "'a': index: expected each name once")]
    [InlineData("{\"weight_map\":{\"\\ud800\":\"m.safetensors\"}}", "surrogate")]
    [InlineData("{\"metadata\":[[[[[[[[[[]]]]]]]]]]}", "maximum configured depth of 8")]
    public void Parse_faulty_index_is_typed(string text, string expected)
    {
        var parse = () => ShardIndex.Parse(Encoding.UTF8.GetBytes(text), "index");

        parse.Should().Throw<WeightsFormatException>().Which.Message.Should().StartWith("index: ").And.Contain(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".safetensors")]
    [InlineData("..")]
    [InlineData("../m.safetensors")]
    [InlineData("..\\\\m.safetensors")]
    [InlineData("/etc/m.safetensors")]
    [InlineData("sub/m.safetensors")]
    [InlineData("C:m.safetensors")]
    [InlineData("m.safetensors\\u0000")]
    [InlineData("m\\u0000.safetensors")]
    [InlineData("m\\n.safetensors")]
    [InlineData("m.bin")]
    [InlineData("m")]
    public void Parse_file_name_that_is_not_plain_is_refused(string name)
    {
        var parse = () => ShardIndex.Parse(Encoding.UTF8.GetBytes($"{{\"weight_map\":{{\"a\":\"{name}\"}}}}"), "index");

        parse.Should().Throw<WeightsFormatException>().WithMessage("*'a': index: expected the plain name of a .safetensors file*");
    }

    [Fact]
    public void Parse_more_files_than_allowed_is_refused()
    {
        var entries = string.Join(',', Enumerable.Range(0, 1001).Select(i => $"\"{i}\":\"{i}.safetensors\""));

        var parse = () => ShardIndex.Parse(Encoding.UTF8.GetBytes($"{{\"weight_map\":{{{entries}}}}}"), "index");

        parse.Should().Throw<WeightsFormatException>().WithMessage("*at most 1000 files*");
    }
}
