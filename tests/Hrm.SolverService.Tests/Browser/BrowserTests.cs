using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.SolverService.Tests;

/// <summary>The page in a real browser, mostly operated by the keyboard.</summary>
[Trait("Category", "Browser")]
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string IsTraced = "document.getElementById('stop').disabled && document.querySelector('#rows tr') !== null";

    [BrowserFact]
    public async Task A_typed_sudoku_is_solved_segment_by_segment()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9), "--Solver:Limits:MaxSegments", "6");
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        await page.ClickAsync("#clear");
        await page.FocusAsync("#editor input");
        for (var cell = 0; cell < Puzzles.Sudoku.Length; cell++)
        {
            if (Puzzles.Sudoku[cell] != '.')
            {
                await page.PressAsync($"{Puzzles.Sudoku[cell]}");
            }

            await page.PressAsync(cell % 9 < 8 ? "ArrowRight" : "ArrowDown");
            if (cell % 9 == 8)
            {
                await page.PressAsync("Home");
            }
        }

        await page.PressAsync("Enter");
        await page.WaitAsync(IsTraced);
        await page.PressAsync("p");
        await page.WaitAsync("document.getElementById('play').textContent === 'Play'");
        var expected = await service.TraceUntilMaximumAsync("/api/sudoku/trace", Puzzles.Sudoku);

        (await page.EvaluateAsync<int>("document.querySelectorAll('#rows tr').length")).Should().Be(6);
        (await page.EvaluateAsync<string>("new URLSearchParams(location.hash.slice(1)).get('puzzle')")).Should().Be(Puzzles.Sudoku);
        (await page.EvaluateAsync<string>("[...document.querySelectorAll('#editor input')].map(cell => cell.value || '.').join('')")).Should().Be(Puzzles.Sudoku);
        foreach (var (key, segment) in new[] { (">", 6), (",", 5), ("<", 0), (".", 1), (".", 2) })
        {
            await page.PressAsync(key);
            await page.WaitAsync($"document.getElementById('title').textContent === '{(segment == 0 ? "The puzzle" : $"Segment {segment} of 6")}'");
            (await page.EvaluateAsync<bool>("document.getElementById('board').hidden")).Should().Be(segment == 0);
            if (segment > 0)
            {
                (await page.EvaluateAsync<string>("[...document.querySelectorAll('#board span')].map(cell => cell.textContent || '.').join('')"))
                    .Should().Be(expected[segment - 1].GetProperty("board").GetString());
                (await page.EvaluateAsync<int>("[...document.querySelectorAll('#rows tr')].findIndex(row => row.ariaCurrent) + 1")).Should().Be(segment);
                (await page.EvaluateAsync<int>("document.getElementById('slider').valueAsNumber")).Should().Be(segment);
            }
        }

        var changed = Enumerable.Range(0, 81).Count(cell => Board(expected[0])[cell] != Board(expected[1])[cell]);
        (await page.EvaluateAsync<int>("document.querySelectorAll('#board .changed').length")).Should().Be(changed);
        (await page.EvaluateAsync<int>("document.querySelectorAll('#board .given').length")).Should().Be(Puzzles.Sudoku.Count(symbol => symbol != '.'));
        (await page.EvaluateAsync<int>("getComputedStyle(document.getElementById('board')).gridTemplateColumns.split(' ').length")).Should().Be(9);
        page.Errors.Should().BeEmpty();
    }

    /// <summary>Cells in conflict are those that another cell of their row, column or box contradicts, and altered givens.</summary>
    [BrowserFact]
    public async Task Conflicts_are_shown_in_the_puzzle_and_in_predictions()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        await page.ClickAsync("#clear");
        await page.FocusAsync("#editor input");
        await page.PressAsync("3", "ArrowRight", "3", "Enter");
        await page.WaitAsync("document.querySelectorAll('#editor .wrong').length === 2");
        (await page.TextAsync("message")).Should().Be("puzzle: expected different digits in row 1, column 1 and row 1, column 2, got 3 in both");

        const string Question = "3...............";
        await page.PressAsync("Backspace", "Enter");
        await page.WaitAsync(IsTraced);
        await page.PressAsync(">");
        await page.WaitAsync("document.getElementById('title').textContent === 'Segment 3 of 3'");
        var board = Board((await service.TraceUntilMaximumAsync("/api/sudoku/trace", Question))[2]);
        var wrong = Enumerable.Range(0, 16).Where(cell => (Question[cell] != '.' && board[cell] != Question[cell])
            || (board[cell] != '.' && Enumerable.Range(0, 16).Any(other => other != cell && board[other] == board[cell] && Meet(cell, other))));
        (await page.EvaluateAsync<int[]>("[...document.querySelectorAll('#board span')].flatMap((cell, index) => cell.classList.contains('wrong') ? [index] : [])")).Should().Equal(wrong).And.NotBeEmpty();
        (await page.EvaluateAsync<bool>("[...document.querySelectorAll('#board .wrong')].every(cell => cell.ariaLabel.endsWith('in conflict') && getComputedStyle(cell).textDecorationLine === 'underline')"))
            .Should().BeTrue();

        static bool Meet(int cell, int other)
            => cell / 4 == other / 4 || cell % 4 == other % 4 || (cell / 8 == other / 8 && cell % 4 / 2 == other % 4 / 2);
    }

    [BrowserFact]
    public async Task A_maze_is_drawn_and_solved()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        await page.ClickAsync("#clear");
        await page.FocusAsync("#editor button");
        await page.PressAsync("S", "ArrowRight", " ", "ArrowRight", "G", "ArrowDown", "#");

        (await page.EvaluateAsync<string>("[...document.querySelectorAll('#editor button')].map(cell => cell.ariaLabel.split(': ')[1]).slice(0, 8).join()")).Should().Be("start,wall,goal,free,free,free,free,wall");
        await page.PressAsync("p");
        await page.WaitAsync(IsTraced);
        await page.PressAsync(".");
        await page.WaitAsync("document.activeElement.matches('#board span:nth-child(3)')");

        (await page.EvaluateAsync<int>("document.querySelectorAll('#rows tr').length")).Should().Be(3);
        await page.SaveScreenshotAsync("maze.png");
        await PasteAsync(page, string.Join("\r\n", Puzzles.FiveMaze.Chunk(5).Select(row => new string(row))));
        (await page.EvaluateAsync<string>("[...document.querySelectorAll('#editor button')].map(cell => cell.ariaLabel.split(': ')[1][0]).join('')"))
            .Should().Be(Puzzles.FiveMaze.Replace(' ', 'f').Replace('#', 'w').ToLowerInvariant());
        page.Errors.Should().BeEmpty();
    }

    /// <summary>The rules are compared with the policies of the library, on the trace that the page shows.</summary>
    [BrowserFact]
    public async Task The_page_plays_a_puzzle_by_itself_and_compares_two_rules()
    {
        await using var service = await RunningService.StartWithDefaultsAsync();
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!, moves: true);
        await page.EvaluateAsync<bool>("(document.getElementById('speed').value = 8, document.getElementById('speed').dispatchEvent(new Event('change')))");
        await page.WaitAsync("document.querySelectorAll('#board .changed').length > 0");
        await page.WaitAsync("document.getElementById('play').textContent === 'Play'");
        var example = (await service.GetModelAsync()).GetProperty("examples")[0].GetString()!;
        var trace = (await service.TraceUntilMaximumAsync("/api/sudoku/trace", example))[..^1];

        var stop = StopOf(new ConfidenceHalting(0.95), trace);
        stop.Should().BeInRange(5, 40);
        (await page.TextAsync("title")).Should().Be($"Segment {stop} of 64");
        (await page.TextAsync("caption")).Should().Contain("✓ solved").And.Contain("rule A stops here");
        await page.WaitAsync($"document.getElementById('live').textContent.startsWith('Segment {stop} of 64: ')");
        foreach (var (rule, value, policy) in new (string, string, IHaltingPolicy)[]
        {
            ("HaltPositive", "", new QValueHalting(rule: HaltingRule.HaltPositive)),
            ("HaltOverContinue", "", new QValueHalting()),
            ("Confidence", "0.5", new ConfidenceHalting(0.5)),
            ("UnchangedSegments", "3", new StableHalting(3)),
            ("Never", "", new QValueHalting(rule: HaltingRule.Never)),
        })
        {
            await page.EvaluateAsync<bool>($"(select => (select.value = '{rule}', select.dispatchEvent(new Event('change'))))(document.querySelector('[aria-label=\"Rule B\"]'))");
            await page.EvaluateAsync<bool>($"(input => (input.value = '{value}', input.dispatchEvent(new Event('input'))))(document.querySelector('[aria-label=\"Parameter of rule B\"]'))");
            var end = StopOf(policy, trace);
            var verdict = trace[end - 1].GetProperty("isSolved").GetBoolean() ? "✓ right" : "✗ wrong";
            await page.WaitAsync($"document.querySelectorAll('#rules output')[1].textContent === '{(rule == "Never" ? "runs on to" : "stops after")} segment {end}: {verdict}'");
        }

        await page.EvaluateAsync<bool>("document.querySelectorAll('#rules button')[1].click() === undefined");
        await page.WaitAsync("document.getElementById('title').textContent === 'Segment 64 of 64'");
        (await page.EvaluateAsync<string>("[...document.querySelectorAll('figure > svg')].map(chart => [chart.querySelectorAll('path').length, chart.querySelectorAll('.current').length].join()).join(' ')"))
            .Should().Be("2,1 2,1");
        (await page.EvaluateAsync<string>("document.querySelector('#values svg[role=img]').ariaLabel")).Should().Contain("at segment 64: q_halt").And.Contain("q_continue (not trained)");
        page.Errors.Should().BeEmpty();
        await page.SaveScreenshotAsync("sudoku-light.png");
    }

    /// <summary>A model of random weights does not solve the puzzle. The search does, and its answer follows the segments.</summary>
    [BrowserFact]
    public async Task A_search_follows_a_trace_that_has_not_solved_the_puzzle()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        await using var page = await chromium.OpenAsync(new Uri(service.Client.BaseAddress!, "/#puzzle=1..............4"));
        (await page.EvaluateAsync<string>("[...document.getElementById('think').options].map(option => option.value).join()")).Should().Be("once,vote,hard");
        await page.EvaluateAsync<bool>("(select => (select.value = 'hard', select.dispatchEvent(new Event('change'))))(document.getElementById('think'))");
        await page.ClickAsync("#play");
        await page.WaitAsync(IsTraced);
        await page.FocusAsync("#play");
        await page.PressAsync(">");
        await page.WaitAsync("document.getElementById('title').textContent === 'The answer after more thinking'");
        await page.PressAsync(",");
        await page.WaitAsync("document.getElementById('title').textContent === 'Segment 3 of 3'");
        (await page.EvaluateAsync<string>("[...document.getElementById('rows').rows].map(row => row.cells[0].textContent).join()")).Should().Be("1,2,3,answer");
        (await page.EvaluateAsync<string>("document.querySelector('#values svg[role=img]').ariaLabel")).Should().StartWith("Q values over 3 segments; at segment 3:");
        await page.PressAsync(">");
        await page.WaitAsync("document.getElementById('title').textContent === 'The answer after more thinking'");
        (await page.TextAsync("caption")).Should().StartWith("found by a search in ").And.Contain("✓ solved");
        (await page.EvaluateAsync<int>("document.querySelectorAll('#board .wrong').length")).Should().Be(0);
        (await page.TextAsync("message")).Should().BeEmpty();
        page.Errors.Should().BeEmpty();
    }

    [BrowserFact]
    public async Task The_playback_follows_a_running_trace_which_can_be_stopped()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), RunningService.Endless);
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        await page.ClickAsync("#play");
        await page.WaitAsync("(title => title && title[1] >= 2)(document.getElementById('title').textContent.match(/^Segment (\\d+) of 65536$/))");
        (await page.EvaluateAsync<bool>("document.getElementById('stop').disabled")).Should().BeFalse();

        await page.FocusAsync("#stop");
        await page.PressAsync("Enter");
        await page.WaitAsync(IsTraced);
        await RunningService.Eventually(() => service.Solver.Statistics.Running == 0);
        (await page.EvaluateAsync<string>("document.activeElement.id")).Should().Be("play");
        await page.PressAsync(">");
        await page.WaitAsync("(rows => rows < 65536 && document.getElementById('title').textContent === `Segment ${rows} of ${rows}`)(document.querySelectorAll('#rows tr').length)");
        (await page.TextAsync("message")).Should().BeEmpty();
        (await page.EvaluateAsync<string>("document.querySelector('#rules output').textContent")).Should().Be("not known (cut)");
    }

    [BrowserFact]
    public async Task Rule_A_is_the_first_stop_of_a_service_with_several()
    {
        await using var service = await RunningService.StartWithDefaultsAsync("--Solver:UnchangedSegments", "1", "--Solver:Confidence", "0.95");
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        (await page.TextAsync("facts")).Should().Contain("sigmoid(q_halt) is at least 0.95, or segments without a change: 1");
        (await page.EvaluateAsync<string>("document.querySelector('[aria-label=\"Rule A\"]').selectedOptions[0].text")).Should().Be("the first stop of the service");
        foreach (var example in (await service.GetModelAsync()).GetProperty("examples").EnumerateArray())
        {
            await page.EvaluateAsync<bool>($"(select => (select.value = '{example}', select.dispatchEvent(new Event('change'))))(document.getElementById('examples'))");
            await page.ClickAsync("#play");
            await page.WaitAsync(IsTraced);
            using var response = await service.PostAsync("/api/sudoku", example.GetString()!);
            var answer = await response.ReadJsonAsync();
            var verdict = answer.GetProperty("isSolved").GetBoolean() ? "✓ right" : "✗ wrong";
            await page.WaitAsync($"document.querySelector('#rules output').textContent === 'stops after segment {answer.GetProperty("segments")}: {verdict}'");
        }
    }

    /// <summary>Everything by Tab, each with a visible focus; nothing moves before a key is pressed.</summary>
    [BrowserFact]
    public async Task A_reader_who_avoids_motion_and_the_mouse_can_do_everything()
    {
        await using var service = await RunningService.StartWithDefaultsAsync();
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!);
        (await page.TextAsync("title")).Should().Be("The puzzle");
        service.Solver.Statistics.Segments.Should().Be(0);
        await page.FocusAsync("#play");
        await page.PressAsync("Enter");
        await page.WaitAsync(IsTraced);
        await page.PressAsync("p", ">", ",");
        await page.WaitAsync("document.getElementById('title').textContent === 'Segment 63 of 64'");

        var visited = new List<string>();
        await page.EvaluateAsync<bool>("document.activeElement.blur() === undefined");
        for (var i = 0; i < 30; i++)
        {
            await page.PressAsync("Tab");
            (await page.EvaluateAsync<bool>("document.activeElement === document.body || getComputedStyle(document.activeElement).outlineWidth === '3px'")).Should().BeTrue();
            visited.Add(await page.EvaluateAsync<string>("(it => it.id || it.ariaLabel || it.textContent)(document.activeElement)"));
        }

        visited.Should().Contain([
            "row 1, column 1: 2, given", "first", "back", "play", "forward", "last", "speed", "slider", "examples", "edit", "clear", "Keys",
            "The numbers of every segment", "Rule A", "Parameter of rule A", "Show", "Rule B", "The model's card"], because: string.Join(" | ", visited));
        await page.FocusAsync("#board [tabindex='0']");
        await page.PressAsync("ArrowRight", "ArrowDown", "End");
        (await page.EvaluateAsync<string>("document.activeElement.ariaLabel")).Should().StartWith("row 2, column 9: ");
        await page.FocusAsync("#slider");
        await page.PressAsync("ArrowLeft");
        await page.WaitAsync("document.getElementById('title').textContent === 'Segment 62 of 64'");
        await page.FocusAsync("#edit");
        await page.PressAsync("Enter", "ArrowDown", "ArrowRight");
        (await page.EvaluateAsync<string>("document.activeElement.ariaLabel")).Should().StartWith("row 2, column 2");

        var nodes = (await page.AccessibleNodesAsync()).ToArray();
        nodes.Where(node => node.Role is "button" or "slider" or "combobox" or "textbox" or "spinbutton" or "img" or "region" or "heading" && string.IsNullOrWhiteSpace(node.Name)).Should().BeEmpty();
        nodes.Select(node => $"{node.Role} {node.Name}").Should().Contain(["slider Segment", "combobox Rule A", "combobox Speed", "heading How the model thinks", "button One segment back"]);
    }

    /// <summary>Text in every colour scheme has a contrast of at least 4.5 : 1 (WCAG 2.2, AA).</summary>
    [BrowserFact]
    public async Task The_page_can_be_read_and_touched()
    {
        await using var service = await RunningService.StartWithDefaultsAsync();
        await CanBeReadAsync(service, 1000, "light");
        await CanBeReadAsync(service, 1000, "dark");
        await CanBeReadAsync(service, 320, "dark");
    }

    private async Task CanBeReadAsync(RunningService service, int width, string scheme)
    {
        await using var page = await chromium.OpenAsync(service.Client.BaseAddress!, width, scheme);
        await page.ClickAsync("#play");
        await page.WaitAsync("document.querySelectorAll('#board .wrong.changed').length > 0 && document.querySelectorAll('#board .changed:not(.wrong)').length > 0");
        await page.ClickAsync("#play");
        await page.WaitAsync(IsTraced);
        await page.SaveScreenshotAsync($"sudoku-{scheme}-{width}.png");
        await page.EvaluateAsync<int>("document.querySelectorAll('details').forEach(details => { details.open = true; }) ?? 0");

        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).Should().BeLessThanOrEqualTo(0);
        (await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("main button, select, summary, main input:not(.grid *)")].filter(it => it.offsetParent)
              .filter(it => it.offsetHeight < 44 || it.offsetWidth < 44).map(it => it.outerHTML)
            """)).Should().BeEmpty();
        (await page.EvaluateAsync<string[]>("""
            (() => {
              const channels = color => color.match(/[\d.]+/g).map(Number);
              const light = color => channels(color).slice(0, 3).map(value => value / 255)
                .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
              const paper = it => it === null ? "rgb(255, 255, 255)"
                : (channels(getComputedStyle(it).backgroundColor)[3] ?? 1) === 1 ? getComputedStyle(it).backgroundColor : paper(it.parentElement);
              return [...document.querySelectorAll("body *")]
                .filter(it => it.offsetParent && !it.disabled && [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
                .map(it => [it, [light(getComputedStyle(it).color), light(paper(it))].sort((a, b) => b - a)])
                .filter(([, [most, least]]) => (most + 0.05) / (least + 0.05) < 4.5)
                .map(([it, lights]) => `${it.outerHTML.slice(0, 80)} ${lights}`);
            })()
            """)).Should().BeEmpty();
        page.Errors.Should().BeEmpty();
    }

    [BrowserFact]
    public async Task The_card_is_shown_as_text_and_a_puzzle_comes_from_the_address_or_the_clipboard()
    {
        const string Card = "# Head <b>\n\n<img src=x onerror=alert(1)> [a link](javascript:alert) and `code`,\nthen **bold**\n\n- one\n  more\n- two [\n\n"
            + "| a | b |\n|---|---:|\n| 1 | `2` |\n\n```sh\n# not a heading\n```\nend";
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), Encoding.UTF8.GetBytes(Card));
        await using var page = await chromium.OpenAsync(new Uri(service.Client.BaseAddress!, "/#puzzle=1..............4&puzzle=x"));
        (await page.EvaluateAsync<string>("document.getElementById('text').innerHTML.replaceAll(/<div[^>]*>/g, '<div>')")).Should().Be(
            "<h3>Head &lt;b&gt;</h3><p>&lt;img src=x onerror=alert(1)&gt; a link and <code>code</code>, then <strong>bold</strong></p>"
            + "<ul><li>one more</li><li>two [</li></ul><div><table><tbody><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><code>2</code></td></tr></tbody></table></div>"
            + "<div><pre># not a heading</pre></div><p>end</p>");
        (await page.TextAsync("facts")).Should().Contain("float32").And.Contain("width 32");
        (await EditedAsync(page)).Should().Be("1..............4");

        await PasteAsync(page, "12\n");
        (await page.TextAsync("message")).Should().Be("Expected 16 characters, got 2.");
        await PasteAsync(page, ".... 1234\n.... ..x2");
        (await EditedAsync(page)).Should().Be("....1234.......2");
        (await page.TextAsync("message")).Should().BeEmpty();
        page.Errors.Should().BeEmpty();
    }

    private static string Board(JsonElement segment) => segment.GetProperty("board").GetString()!;

    /// <summary>The segment at which a policy stops a trace; the last one if it does not.</summary>
    private static int StopOf(IHaltingPolicy policy, JsonElement[] trace)
    {
        var unchanged = 0;
        for (var i = 0; i < trace.Length; i++)
        {
            unchanged = i > 0 && Board(trace[i]) == Board(trace[i - 1]) ? unchanged + 1 : 0;
            var state = new SegmentState(i + 1, trace[i].GetProperty("qHalt").GetSingle(), trace[i].GetProperty("qContinue").GetSingle(), unchanged);
            if (policy.Decide(state) != HaltReason.None)
            {
                return i + 1;
            }
        }

        return trace.Length;
    }

    private static Task<bool> PasteAsync(BrowserPage page, string text) => page.EvaluateAsync<bool>($$"""
        (() => {
          const data = new DataTransfer();
          data.setData("text", {{JsonSerializer.Serialize(text)}});
          return document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        })()
        """);

    private static Task<string> EditedAsync(BrowserPage page)
        => page.EvaluateAsync<string>("[...document.querySelectorAll('#editor input')].map(cell => cell.value || '.').join('')");
}
