/** Orbit: a planet, its moons, and a click that adds one more. */
import { startTelemetry } from '@downlink/client/auto'
import {
  DirectionalLight,
  IcosahedronGeometry,
  Mesh,
  MeshStandardMaterial,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from 'three'

const telemetry = startTelemetry({ enabled: true, build: '1.0.0' })

const renderer = new WebGLRenderer({ antialias: true })
renderer.setSize(640, 640)
document.body.append(renderer.domElement)
// What a browser does where it needs the memory elsewhere: then the screen is black, and nothing throws.
renderer.domElement.addEventListener('webglcontextlost', () => telemetry.push('context_lost', {}))

const scene = new Scene()
const camera = new PerspectiveCamera(50, 1, 0.1, 100)
camera.position.set(0, 4, 12)
camera.lookAt(0, 0, 0)
const light = new DirectionalLight('white', 3)
light.position.set(5, 5, 5)
scene.add(light)
const planet = new Mesh(new IcosahedronGeometry(2, 4), new MeshStandardMaterial({ color: '#ffd166' }))
scene.add(planet)

const moons = []

function addMoon() {
  const moon = new Mesh(new IcosahedronGeometry(0.4, 3), new MeshStandardMaterial({ color: '#7bdff2' }))
  moons.push(moon)
  scene.add(moon)
  telemetry.setContext({ moons: moons.length })
  telemetry.push('moon_added', { moons: moons.length })
}

renderer.setAnimationLoop((timeMs) => {
  for (const [at, moon] of moons.entries()) {
    const angle = timeMs / (900 + at * 150)
    moon.position.set(Math.cos(angle) * (3 + at * 0.5), 0, Math.sin(angle) * (3 + at * 0.5))
  }
  renderer.render(scene, camera)
})

// What the GPU is asked for, once a second. How long the frames take, `auto` records.
setInterval(() => {
  const { render, memory } = renderer.info
  telemetry.push('draw_calls', { calls: render.calls, triangles: render.triangles, textures: memory.textures })
}, 1000)

renderer.domElement.addEventListener('pointerdown', addMoon)
addMoon()
