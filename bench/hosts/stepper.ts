import type { ToolCall, Turn } from "../../src/hosts/model-server/turn.ts";
import type { Talk } from "../../test/hosts/kit/hosts.ts";
import type { World } from "../../test/hosts/kit/world.ts";

/** A conversation in which the model holds back each answer until it is told what to say. */
export class Stepper {
  readonly world: World;
  readonly #talk: Talk;
  readonly #saying: Promise<void>;
  #asked!: Promise<void>;
  #noteAsked!: () => void;
  #answer!: (turn: Turn) => void;
  #isOver = false;

  constructor(world: World, talk: Talk) {
    this.world = world;
    this.#talk = talk;
    this.#expect();
    world.model.use(({ tools }) => {
      if (this.#isOver || tools.length === 0) return { text: "ok" };
      return new Promise((answer) => {
        this.#answer = answer;
        this.#noteAsked();
      });
    });
    this.#saying = talk.say("go");
  }

  /** Lets the model make a call, and tells how long the host took until it came back with the result. */
  async step(call: ToolCall): Promise<number> {
    await this.#asked;
    const { requests, answeredAt } = this.world.model;
    const at = requests.length - 1;
    this.#expect();
    this.#answer({ calls: [call] });
    await this.#asked;
    return requests.at(-1)!.arrivedAt - (answeredAt[at] ?? Number.NaN);
  }

  async end(): Promise<void> {
    await this.#asked;
    this.#isOver = true;
    this.#answer({ text: "ok" });
    await this.#saying;
    await this.#talk.end();
  }

  #expect(): void {
    this.#asked = new Promise((resolve) => (this.#noteAsked = resolve));
  }
}
